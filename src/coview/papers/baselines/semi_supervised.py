"""Few labels and a pretext on one graph network: the study of when self-supervision helps it."""

from __future__ import annotations

from enum import StrEnum

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.batch import Batch, Reps, Views
from coview.losses.precision import at_least_float32
from coview.methods.base import ALONE, Method, Predictions
from coview.nn.encoder import Encoder
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


class Mechanism(StrEnum):
    """How labels and the pretext share a network and its training.

    - `labels`: labels alone.
    - `together`: both losses at each step.
    - `one-after-another`: the pretext in the first half of the run, labels in the second.
    """

    LABELS = "labels"
    TOGETHER = "together"
    ONE_AFTER_ANOTHER = "one-after-another"


class SemiSupervised(Method):
    """A graph network learns classes of nodes from few labels, and to complete hidden features from all nodes.

    Paper: When Does Self-Supervision Help Graph Convolutional Networks? You, Chen, Wang, Shen. ICML 2020.
    https://arxiv.org/abs/2006.09136 (sections 3.1 and 3.2; the pretext is its graph completion).

    Views: one augmented look for the labels; one natural look in which the node itself is hidden, for completion.

    Loss: cross entropy of a linear classifier, and `weight` times the mean squared error between a linear map of a
    hidden node's representation and its features.

    Requires: a slot of graphs by node, and a table of one column of words: the class where it is known.

    Relations: GraphMAE, which completes features as well, without labels and with a decoder along the edges.

    Args:
        graph: the slot's encoder.
        table: gives the classes; its network is left aside.
        mechanism: how the two losses share the training.
        weight: of completion where both are together.

    Example:
        >>> import coview
        >>> run = coview.fit("semi_supervised.py:SemiSupervised", data="packages", steps=20)  # doctest: +SKIP
    """

    needs_tokens = True
    batch_size = ALONE

    def __init__(
        self, graph: Encoder, table: Encoder, *, mechanism: Mechanism = Mechanism.TOGETHER, weight: float = 1.0
    ) -> None:
        super().__init__()
        self.graph = graph
        self.classes, self.slot = table.modality, table.slot
        self.classify = nn.Linear(graph.dim, table.modality.target_dim)
        self.complete = nn.Linear(graph.dim, graph.modality.target_dim)
        self.mechanism = Mechanism(mechanism)
        self.weight = weight

    @property
    def tasks(self) -> tuple[str, ...]:
        """What is learned at this moment of the run."""
        match self.mechanism:
            case Mechanism.LABELS:
                return ("labels",)
            case Mechanism.TOGETHER:
                return ("labels", "completion")
            case Mechanism.ONE_AFTER_ANOTHER:
                return ("completion",) if self.clock.progress < 0.5 else ("labels",)

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot, modality = batch[self.graph.slot], self.graph.modality
        views, weights = {}, {}
        if "labels" in self.tasks:
            label = self.classes.prepare(batch[self.slot].pick([0]))
            told = slot.with_value(slot.value, present=slot.present & label.present)
            views |= {"look": looks(told, modality, draw, 1, Positives.AUGMENT), "label": label}
            weights["labels"] = views["look"].present[:, 0].float()
        if "completion" in self.tasks:
            whole = looks(slot, modality, draw, 1, Positives.NATURAL)
            hidden = torch.zeros(*whole.present.shape, whole.value.most, dtype=torch.bool, device=whole.present.device)
            hidden[..., 0] = True
            views["hidden"] = whole.with_value(whole.value, params={"hidden": hidden})
            weights["completion"] = whole.present[:, 0].float()
        return Views(views, weights)

    def represent(self, views: Views) -> Reps:
        losses: dict[str, Tensor] = {}
        if "look" in views:
            logits = self.classify(self.graph(views["look"]).pooled)
            true = self.classes.tokens(views["label"]).value[:, :, :1]
            losses["labels"] = self.classes.token_loss(logits[:, :, None], true)[:, 0, 0]
        if "hidden" in views:
            view = views["hidden"]
            told = self.complete(self.graph(view, masked=view.params["hidden"]).pooled[:, 0])
            true = self.graph.modality.tokens(view).value[:, 0, 0]
            error = at_least_float32(F.mse_loss)(told, true, reduction="none").mean(1)
            losses["completion"] = self.weight * error
        return Reps(losses=losses)

    def predict(self, batch: Batch) -> Predictions:
        """`code` of each node's class, as its column of words has it."""
        pooled = self.graph(self.graph.modality.prepare(batch[self.graph.slot])).pooled[:, 0]
        return {"code": self.classify(pooled)[:, 1:-1].argmax(1) + 1}  # between all other words and none
