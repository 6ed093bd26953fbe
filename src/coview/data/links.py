"""Pairs of samples that belong together: what link prediction and ranking are scored on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch


@dataclass(frozen=True)
class Links:
    """E pairs of samples, and which of them a run could see.

    Links of other parts than `train` were taken out of the data before anything was fitted: no neighbourhood, feature
    or count that a run reads knows of them.

    Args:
        ends: `(E, 2)` int64, the samples' ids (`data.prepare.sample_ids` of their names).
        part: `(E,)` of `train`, `valid` and `test`.
        ranked: whether the pairs go from one kind of thing to another (users to films), so that for each thing on the
            left those on the right are ranked; else both ends are alike.
    """

    ends: torch.Tensor
    part: np.ndarray
    ranked: bool = False

    def __len__(self) -> int:
        return len(self.ends)

    def before_test(self) -> Links:
        """The same while choices are made: links of validation are what is asked, those of test are not known."""
        kept = self.part != "test"
        part = np.where(self.part == "valid", "test", self.part)[kept]
        return replace(self, ends=self.ends[torch.from_numpy(kept)], part=part)

    def rows(self, ids: torch.Tensor, part: str) -> np.ndarray:
        """The links of a part as rows of the samples with these ids, `(n, 2)`; those not both there are left out.

        Args:
            ids: `(N,)` int64 of the samples.
            part: of a split.
        """
        rows = rows_of(self.ends[torch.from_numpy(self.part == part)], ids)
        return rows[(rows >= 0).all(1)].numpy()


def rows_of(wanted: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Which of the samples with these ids, `(N,)`, each wanted one is, any shape int64; -1 where there is none."""
    order = torch.argsort(ids)
    ranked = ids[order]
    place = torch.searchsorted(ranked, wanted.contiguous()).clamp_max(len(ids) - 1)
    return torch.where(ranked[place] == wanted, order[place], -1)


def part_of_pairs(left: Sequence[str], right: Sequence[str], valid: float, test: float, salt: str = "") -> np.ndarray:
    """The part of each pair by a hash of its two names in either order: shares `valid` and `test`, the rest trains."""
    from coview.data.split import unit_hash

    at = np.array([unit_hash("\0".join(sorted(pair)), salt=f"link {salt}") for pair in zip(left, right, strict=True)])
    return np.where(at < test, "test", np.where(at < test + valid, "valid", "train"))


VALID, TEST = 0.1, 0.1
"""Shares of what each person took that are held out where nobody says which."""


def last_held_out(who: np.ndarray, time: np.ndarray) -> np.ndarray:
    """The part of what people took, `(E,)`: of each person's, by time, the last tenth is test, the tenth before valid.

    At least one is each; who took fewer than three keeps them all to train on.

    Args:
        who: `(E,)` whole numbers from 0.
        time: `(E,)`.
    """
    order = np.lexsort((np.arange(len(who)), time, who))
    count = np.bincount(who)
    place = np.empty(len(who), dtype=int)
    place[order] = np.arange(len(who)) - np.repeat(count.cumsum() - count, count)
    left = count[who] - place  # 1 for a person's last
    test = np.maximum(1, np.round(TEST * count))[who]
    valid = np.maximum(1, np.round(VALID * count))[who]
    few = (count < 3)[who]
    return np.where(few | (left > test + valid), "train", np.where(left <= test, "test", "valid"))
