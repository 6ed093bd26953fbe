"""A reading: everything the verdict looks at, of one set of vectors."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from coview.health.alignment import alignment
from coview.health.cosine import mean_cosine
from coview.health.rank import rankme, singular_values, spectrum_participation, spectrum_rank
from coview.health.spread import dead_dimensions, spread, variation
from coview.health.uniformity import uniformity

ROWS = 1024
"""Most vectors a reading looks at; half as many where they are longer than 512, so that it stays cheap."""
LOOKS = 4
"""Most looks at each sample."""


@dataclass(frozen=True)
class Reading:
    """The label-free numbers of one set of vectors.

    Looks are read one by one and averaged, so that what sets looks apart (two modalities in one space, a student and
    its teacher) is not taken for what sets samples apart.

    Args:
        rows: vectors read.
        dim: D, their length.
        finite: share of them without NaN or infinity; the other numbers are of these.
        distinct: how many different vectors one look has; copies in the data bound the rank.
        variation: how much of the vectors' length differs between samples, 0 to 1.
        spread: mean standard deviation of the dimensions of vectors of length 1, in units of `1 / sqrt(D)`.
        dead: share of dimensions that hardly move.
        rank: RankMe, as published.
        directions: RankMe of the centred vectors: how many directions what varies takes.
        participation: participation ratio of the covariance, the same asked of variances.
        cosine: mean cosine between different samples.
        uniformity: Wang and Isola's, t = 2.
        alignment: Wang and Isola's of the first two looks, alpha = 2; None where there is one look.
        gap: `teacher_gap` of an embedding and that of the encoder's slow copy; None where the method has none.
    """

    rows: int
    dim: int
    finite: float
    distinct: int
    variation: float
    spread: float
    dead: float
    rank: float
    directions: float
    participation: float
    cosine: float
    uniformity: float
    alignment: float | None = None
    gap: float | None = None

    @property
    def agreement(self) -> float | None:
        """Mean cosine between two looks at one sample."""
        return None if self.alignment is None else 1 - self.alignment / 2

    @property
    def freedom(self) -> float:
        """`1 - cosine`: 0 where all samples point the same way, 1 where they are spread evenly."""
        return max(0.0, 1 - self.cosine)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Reading:
        """The reading that `to_dict` wrote."""
        return cls(**found)


@torch.no_grad()
def read(z: Tensor, present: Tensor | None = None) -> Reading:
    """Takes a reading of at most `ROWS` vectors, of samples evenly spaced over those given.

    Args:
        z: `(N, D)`, or `(N, V, D)` for V looks at each sample.
        present: `(N, V)` bool, the looks that are there; None: all.

    Raises:
        ValueError: another number of axes, or no vector is there.
    """
    z = z.detach()[:, None] if z.ndim == 2 else z.detach()
    if z.ndim != 3:
        raise ValueError(f"a reading is taken of vectors (N, D) or (N, V, D); these are {tuple(z.shape)}")
    there = torch.ones(z.shape[:2], dtype=torch.bool, device=z.device) if present is None else present.to(z.device)
    z, there = z[:, :LOOKS], there[:, :LOOKS]
    kept = there.any(1).nonzero()[:, 0]
    if not len(kept):
        raise ValueError("a reading needs at least one vector that is there")
    most = max(2, (ROWS if z.shape[2] <= 512 else ROWS // 2) // z.shape[1])
    if len(kept) > most:
        kept = kept[torch.arange(most, device=z.device) * len(kept) // most]
    z, there = z[kept].float(), there[kept]

    total = int(there.sum())
    there = there & z.isfinite().all(2)
    looks = [z[there[:, v], v] for v in range(z.shape[1])]
    weights = [len(look) for look in looks]
    if sum(weights) == 0:
        return Reading(total, z.shape[2], 0.0, 0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    found = [_look(look) for look in looks if len(look)]
    share = [w / sum(weights) for w in weights if w]
    pairs = there[:, :2].all(1) if z.shape[1] > 1 else there[:, 0] & False
    return Reading(
        rows=total,
        dim=z.shape[2],
        finite=sum(weights) / total,
        distinct=max(_distinct(look) for look in looks if len(look)),
        alignment=alignment(z[pairs, 0], z[pairs, 1]) if bool(pairs.any()) else None,
        **{name: sum(s * f[name] for s, f in zip(share, found, strict=True)) for name in found[0]},
    )


def _look(z: Tensor) -> dict[str, float]:
    """The numbers of one look at each sample, `(N, D)`."""
    spectrum = singular_values(z - z.mean(0))
    return {
        "variation": variation(z),
        "spread": float(spread(z).mean()),
        "dead": dead_dimensions(z),
        "rank": rankme(z),
        "directions": spectrum_rank(spectrum),
        "participation": spectrum_participation(spectrum),
        "cosine": mean_cosine(z),
        "uniformity": uniformity(z),
    }


def _distinct(z: Tensor) -> int:
    """How many rows differ by more than a ten-thousandth of their size."""
    scale = z.square().mean().sqrt().clamp_min(1e-30)
    return len((z / scale).mul(1e4).round().unique(dim=0))
