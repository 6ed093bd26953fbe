"""CMC."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from itertools import combinations

from torch import Tensor

from coview.batch import Batch, Features, Relations
from coview.kinds import AboveZero, Count, Weight, Whole
from coview.methods.crossmodal.base import JointMethod
from coview.nn.encoder import Encoder
from coview.nn.pairs import mean_over_pairs, tiled_info_nce
from coview.views.looks import Positives


class Graph(StrEnum):
    """Which pairs of views are related.

    - `full`: every view with every other: what any two share is kept.
    - `core`: the first look at the first slot with every other view: what it shares with them is kept.
    """

    FULL = "full"
    CORE = "core"


class CMC(JointMethod):
    """Whatever views there are of one thing agree, two by two: drawings by several artists, a name, a sound.

    Paper: Contrastive Multiview Coding. Tian, Krishnan, Isola. ECCV 2020. https://arxiv.org/abs/1906.05849

    Views: of each slot up to `n_views` different natural views drawn by key, augmented; captions as they are. Data with
    one slot and one natural view gives two augmentations.

    Loss: the mean over pairs of views (u, v) of symmetric InfoNCE: with u_i, v_i projections brought to length 1 and t
    the temperature, 1/2 mean_i -log( exp(u_i.v_i / t) / sum_j exp(u_i.v_j / t) ) + the same from v to u. Pairs of one
    slot and pairs across slots have a mean each, added as w within + across. Every (sample, pair) weighs alike.

    Requires: one slot or more of any modality. A sample takes part in the pairs it has both views of.

    Relations: on two slots with one look each it is CLIP at a fixed temperature; on one slot with two looks, SimCLR
    without negatives from the anchor's own view. Poly-View relates more than two views at once, Symile whole tuples.
    The paper draws negatives from a memory bank; here they are the other samples of the batch.

    Args:
        encoders: the chosen slots' encoders; the natural views of a slot share its encoder.
        dim: width of the joint space (the paper: 128).
        hidden: width of a hidden layer of the projections; 0 for linear ones (as in the paper).
        temperature: t, in units of cosine similarity (the paper: 0.07).
        graph: which pairs are related.
        n_views: looks taken at each slot in a step, at most as many as it has natural views; more cost more compute.
        within: w, the weight of the pairs of one slot beside those across slots.
        positives: where the looks come from.
        plain: modalities that are read without augmentation where their natural views suffice.

    Example:
        >>> import coview
        >>> run = coview.fit("cmc", data="emoji", slots=["drawing", "name"], steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        dim: Count = 128,
        hidden: Whole = 0,
        temperature: AboveZero = 0.1,
        graph: Graph = Graph.FULL,
        n_views: Count = 3,
        within: Weight = 1.0,
        positives: Positives = Positives.AUTO,
        plain: Sequence[str] = ("text",),
    ) -> None:
        super().__init__(encoders, dim=dim, positives=positives, plain=plain, hidden=hidden)
        self.temperature = temperature
        self.graph = Graph(graph)
        self.n_views = n_views
        self.within = within

    def look_counts(self, batch: Batch) -> dict[str, int]:
        """Each slot's natural views, at most `n_views`; two looks at least where there is but one slot."""
        least = 2 if len(self.slots) == 1 else 1
        if self.positives is Positives.AUGMENT:
            return dict.fromkeys(self.slots, max(self.n_views, least))
        return {slot: max(min(self.n_views, batch[slot].width), least) for slot in self.slots}

    def relate(self, z: Features) -> Relations:
        looks, present = self.joint(z)
        slot_of = [slot for slot in self.slots for _ in range(z[slot].shape[1])]
        pairs = list(combinations(range(len(slot_of)), 2))
        if self.graph is Graph.CORE:
            pairs = [pair for pair in pairs if pair[0] == 0]
        inside = [(i, j) for i, j in pairs if slot_of[i] == slot_of[j]]
        losses: dict[str, Tensor] = {}
        for name, weight, some in (
            ("within", self.within, inside),
            ("across", 1.0, [pair for pair in pairs if pair not in inside]),
        ):
            loss = mean_over_pairs(lambda a, b: tiled_info_nce(a, b, self.temperature), looks, present, some)
            if loss is not None and weight:
                losses[name] = weight * loss
        return Relations(losses, seen=_seen(slot_of, looks, present) if losses else {})


def _seen(slot_of: list[str], looks: Tensor, present: Tensor) -> dict[str, Tensor]:
    """For the health report: the looks at each slot that has several, and the first looks at every two slots."""
    first = {slot: slot_of.index(slot) for slot in slot_of}
    groups = {slot: [i for i, s in enumerate(slot_of) if s == slot] for slot in first if slot_of.count(slot) > 1}
    groups |= {f"{a}-{b}": [first[a], first[b]] for a, b in combinations(first, 2)}
    compared: dict[str, Tensor] = {}
    for name, group in groups.items():
        complete = present[:, group].all(1)
        if complete.any():
            compared[name] = looks[complete][:, group]
    return compared
