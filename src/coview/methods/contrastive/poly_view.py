"""Poly-View."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Several
from coview.losses import (
    arithmetic_poly_view_rows,
    geometric_poly_view_rows,
    one_vs_rest,
    sufficient_statistics_rows,
)
from coview.methods.base import Method
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


class Objective(StrEnum):
    """How one look meets the others of its sample.

    - `arithmetic`: the mean of the pair likelihoods, then the logarithm.
    - `geometric`: the mean of the logarithms.
    - `sufficient`: the likelihood of the others' mean, their sufficient statistic.
    """

    ARITHMETIC = "arithmetic"
    GEOMETRIC = "geometric"
    SUFFICIENT = "sufficient"


class PolyView(Method):
    """Many looks at each sample: each one agrees with all the others at once, and not with other samples.

    Paper: Poly-View Contrastive Learning. Shidani, Hjelm, Ramapuram, Webb, Dhekane, Busbridge. ICLR 2024.
    https://arxiv.org/abs/2403.05490

    Views: `multiplicity` of each sample: its natural views first, then augmentations of them.

    Loss: with x_ia look a of sample i, of length 1, t the temperature and
    l(i,a,b) = exp(x_ia.x_ib / t) / (exp(x_ia.x_ib / t) + sum_{j != i} sum_c exp(x_ia.x_jc / t)), the mean over samples
    and looks of -log( mean_b l(i,a,b) ) (arithmetic), of -mean_b log l(i,a,b) (geometric), b over the other looks, or
    of -log l with the other looks' mean in the place of x_ia as the one who asks (sufficient).

    Requires: one slot of any modality.

    Relations: with two looks all three are SimCLR, exactly. Other than multi-crop's mean of pair losses, the looks of
    all other samples are negatives at once. For the same work of the encoder, halve the batch where the looks double.

    Args:
        encoder: the slot's encoder.
        dim: width of the projection.
        hidden: width of the projector's hidden layer.
        multiplicity: looks at each sample, at least 2 (paper: 2 to 12).
        objective: how one look meets the others.
        temperature: t, in units of cosine similarity.
        positives: where the looks come from; with `natural` a sample has as many looks as natural views are there.

    Example:
        >>> import coview
        >>> run = coview.fit("poly-view", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        dim: Count = 128,
        hidden: Count = 512,
        multiplicity: Several = 4,
        objective: Objective = Objective.GEOMETRIC,
        temperature: AboveZero = 0.2,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.projector = MLP(encoder.dim, hidden, dim)
        self.multiplicity = multiplicity
        self.objective = Objective(objective)
        self.temperature = temperature
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot = batch[self.encoder.slot]
        return Views({"looks": looks(slot, self.encoder.modality, draw, self.multiplicity, self.positives)})

    def represent(self, views: Views) -> Reps:
        out = self.encoder(views["looks"])
        return Reps({"looks": out.pooled, "present": out.present})

    def relate(self, z: Features) -> Relations:
        present = z["present"]
        if not (present.sum(1) >= 2).any():
            return Relations()
        seen = self.projector(z["looks"][present])
        projection = seen.new_zeros(*present.shape, seen.shape[1])
        projection[present] = seen
        rows, shared, weight = one_vs_rest(projection, present)
        equation = _EQUATIONS[self.objective]
        each = by_rows(
            lambda anchors, rest, there, sample, looks, owner: equation(
                anchors, rest, there, sample, looks, owner, self.temperature
            ),
            rows,
            shared,
        )
        whole = projection[present.all(1)]
        return Relations({self.objective: (weight * each).sum()}, seen={"projection": whole} if len(whole) else {})


_EQUATIONS: dict[Objective, Callable[..., Tensor]] = {
    Objective.ARITHMETIC: arithmetic_poly_view_rows,
    Objective.GEOMETRIC: geometric_poly_view_rows,
    Objective.SUFFICIENT: sufficient_statistics_rows,
}
