"""Few labels and a pretext on one graph network: the study of when self-supervision helps it."""

from __future__ import annotations

from enum import StrEnum

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.batch import Batch, Reps, View, Views
from coview.losses.precision import at_least_float32
from coview.methods.base import ALONE, Method, Predictions
from coview.modalities.table import Table
from coview.nn.encoder import Encoder
from coview.views.draw import Draw
from coview.views.looks import Positives, looks

COMPLETION = "completion"
"""The pretext that needs no column: hidden features are told."""


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
    """A graph network learns classes of nodes from few labels, and a pretext from all nodes.

    Paper: When Does Self-Supervision Help Graph Convolutional Networks? You, Chen, Wang, Shen. ICML 2020.
    https://arxiv.org/abs/2006.09136 (sections 3.1 and 3.2); the authors' code: Shen-Lab/SS-GCNs

    Views: one augmented look for the labels and for what a column tells; for completion, one natural look in which the
    node itself is hidden.

    Loss: cross entropy of a linear classifier, and `weight` times the pretext's: the mean squared error between a
    linear map of a hidden node's representation and its features (completion), or the cross entropy of a second
    classifier of what a column says of a node (its cluster, its part of the graph), over the nodes it says it of.

    Requires: a slot of graphs by node, and a table with a column of words that is the class, missing where unknown.

    Relations: GraphMAE, which completes features as well, without labels and with a decoder along the edges. The
    authors complete by the absolute error, times 100, of the leading left singular vectors of all features; here it is
    the squared error of standardised features. They choose how the two losses are weighed on the validation part, and
    weigh the labels with 1 - w where the pretext has w (clusters, parts).

    Args:
        graph: the slot's encoder.
        table: gives the classes and pretexts; its network is left aside.
        label: the column of the class.
        pretext: `completion`, or a column of words, missing for nodes that it is not to be learned of.
        mechanism: how the two losses share the training.
        weight: of the pretext where both are together.

    Example:
        >>> import coview
        >>> run = coview.fit("semi_supervised.py:SemiSupervised", data="packages", steps=20)  # doctest: +SKIP
    """

    needs_tokens = True
    batch_size = ALONE

    def __init__(
        self,
        graph: Encoder,
        table: Encoder,
        *,
        label: str = "section",
        pretext: str = COMPLETION,
        mechanism: Mechanism = Mechanism.TOGETHER,
        weight: float = 1.0,
    ) -> None:
        super().__init__()
        assert isinstance(table.modality, Table)
        self.graph, self.table, self.slot = graph, table.modality, table.slot
        self.pretext, self.mechanism, self.weight = pretext, Mechanism(mechanism), weight
        self.columns = {name: i for i, name in enumerate(self.table.coder.names)}
        self.label = self.columns[label]
        self.classify = nn.Linear(graph.dim, self.table.layout.codes[self.label])
        completes = pretext == COMPLETION
        told = graph.modality.target_dim if completes else self.table.layout.codes[self.columns[pretext]]
        self.tell = nn.Linear(graph.dim, told)

    @property
    def tasks(self) -> tuple[str, ...]:
        """What is learned at this moment of the run."""
        match self.mechanism:
            case Mechanism.LABELS:
                return ("labels",)
            case Mechanism.TOGETHER:
                return ("labels", self.pretext)
            case Mechanism.ONE_AFTER_ANOTHER:
                return (self.pretext,) if self.clock.progress < 0.5 else ("labels",)

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot, modality = batch[self.graph.slot], self.graph.modality
        row = self.table.prepare(batch[self.slot].pick([0]))
        views, weights = {}, {}
        if set(self.tasks) - {COMPLETION}:
            columns = {"labels": self.label, self.pretext: self.columns.get(self.pretext)}
            told = {task: self._known(row, columns[task]) for task in self.tasks if columns[task] is not None}
            wanted = torch.stack(list(told.values())).any(0)
            one = slot.with_value(slot.value, present=slot.present & wanted)
            views |= {"look": looks(one, modality, draw, 1, Positives.AUGMENT), "row": row}
            weights |= {task: (views["look"].present & known)[:, 0].float() for task, known in told.items()}
        if COMPLETION in self.tasks:
            whole = looks(slot, modality, draw, 1, Positives.NATURAL)
            hidden = torch.zeros(*whole.present.shape, whole.value.most, dtype=torch.bool, device=whole.present.device)
            hidden[..., 0] = True
            views["hidden"] = whole.with_value(whole.value, params={"hidden": hidden})
            weights[COMPLETION] = whole.present[:, 0].float()
        return Views(views, weights)

    def represent(self, views: Views) -> Reps:
        losses: dict[str, Tensor] = {}
        if "look" in views:
            z = self.graph(views["look"]).pooled[:, 0]
            if "labels" in self.tasks:
                losses["labels"] = self._told(self.classify, z, views["row"], self.label)
            if self.pretext in self.tasks and self.pretext != COMPLETION:
                error = self._told(self.tell, z, views["row"], self.columns[self.pretext])
                losses[self.pretext] = self.weight * error
        if "hidden" in views:
            view = views["hidden"]
            told = self.tell(self.graph(view, masked=view.params["hidden"]).pooled[:, 0])
            true = self.graph.modality.tokens(view).value[:, 0, 0]
            error = at_least_float32(F.mse_loss)(told, true, reduction="none").mean(1)
            losses[COMPLETION] = self.weight * error
        return Reps(losses=losses)

    @staticmethod
    def _known(row: View, column: int) -> Tensor:
        """Where a column says something, `(B, 1)` bool."""
        return row.present & (row.value[..., column, 1] == 0)

    @staticmethod
    def _told(head: nn.Module, z: Tensor, row: View, column: int) -> Tensor:
        """The cross entropy of what a head says of a column, `(B,)`."""
        return at_least_float32(F.cross_entropy)(head(z), row.value[:, 0, column, 0].long(), reduction="none")

    def predict(self, batch: Batch) -> Predictions:
        """`code` of each node's class, as its column of words has it."""
        pooled = self.graph(self.graph.modality.prepare(batch[self.graph.slot])).pooled[:, 0]
        return {"code": self.classify(pooled)[:, 1:].argmax(1) + 1}  # 0 is all other words
