"""A large graph whose nodes are samples, and the tensor of those nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
import torch
from torch import Tensor

from coview.modalities.graph.columns import UNNAMED, Columns, Names, Words
from coview.modalities.graph.item import check_ends, check_features, once
from coview.views.draw import mix


@dataclass(frozen=True)
class Wiring:
    """N nodes and who is beside whom, as compressed rows: the neighbours of node i are `ends[start[i] : start[i + 1]]`.

    Nodes with names are numbered in the order of hashes of these, and what is drawn at them is keyed by these: the
    order in which a file tells them changes nothing.

    Args:
        x: `(N, F)` of the nodes.
        start: `(N + 1,)` int64.
        ends: `(2E,)` int32: every edge stands at both of its ends.
        values: `(2E, P)` of the edges; P may be 0.
        about: what its makers say of it (release date, checksum), as JSON.
        kind: `(N,)` int64 from 0, what each node is (0 a person, 1 a film), or None where all are alike.
        texts: what is written of nodes, by their numbers.
        ids: `(N,)` int64, ascending, hashes of the nodes' names; None where they have none.
        number: `(N,)` int64, the number of each node in the order in which they were told; None where it is that order.
        columns: what features of nodes, and of edges, are called.
        words: columns of edges that hold words, `(2E,)` each.
    """

    x: Tensor
    start: Tensor
    ends: Tensor
    values: Tensor
    about: Mapping[str, str] = field(default_factory=dict)
    kind: Tensor | None = None
    texts: Mapping[int, str] = field(default_factory=dict, repr=False)
    ids: Tensor | None = None
    number: Tensor | None = None
    columns: Names = UNNAMED
    words: Mapping[str, Words] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        x: np.ndarray,
        edges: np.ndarray,
        values: np.ndarray | None = None,
        about: Mapping[str, str] | None = None,
        kind: np.ndarray | None = None,
        texts: Mapping[int, str] | None = None,
        *,
        ids: Tensor | None = None,
        columns: Names = UNNAMED,
        words: Mapping[str, Words] | None = None,
    ) -> Wiring:
        """A wiring of N nodes from edges in any order and direction; loops and repeated edges are dropped.

        Args:
            x: `(N, F)` numbers.
            edges: `(2, E)` whole numbers from 0 to N - 1.
            values: `(E, P)` of the edges, or None.
            about: what is known of it.
            kind: `(N,)` whole numbers from 0, what each node is, or None.
            texts: what is written of nodes, by their numbers.
            ids: `(N,)` int64, a hash of each node's name (`data.prepared.prepare.sample_ids`), or None.
            columns: names of the features of nodes, and of edges, where they have any.
            words: columns of edges that hold words, `(E,)` each.

        Raises:
            BadSample: an edge to a node that is not there, or a feature that is NaN or infinite.
        """
        check_ends(edges, len(x))
        check_features(x, "node")
        values = np.asarray(np.zeros((edges.shape[1], 0)) if values is None else values, np.float32)
        kept, edges = once(edges, len(x))
        check_features(values[kept], "edge")
        by_name = np.arange(len(x)) if ids is None else np.argsort(ids.numpy(), kind="stable")
        number = np.argsort(by_name, kind="stable")
        x, edges = x[by_name], number[edges]
        here, there = np.concatenate([edges, edges[::-1]], 1)
        order = np.lexsort((there, here))
        at = np.concatenate([kept, kept])[order]
        start = np.concatenate([[0], np.bincount(here, minlength=len(x)).cumsum()])
        return cls(
            torch.from_numpy(np.ascontiguousarray(x, np.float32)),
            torch.from_numpy(start.astype(np.int64)),
            torch.from_numpy(there[order].astype(np.int32)),
            torch.from_numpy(values[at]),
            dict(about or {}),
            None if kind is None else torch.from_numpy(np.asarray(kind, np.int64)[by_name]),
            {int(number[node]): text for node, text in (texts or {}).items()},
            None if ids is None else ids[torch.from_numpy(by_name)],
            None if ids is None else torch.from_numpy(number),
            columns,
            {name: column.of(at) for name, column in (words or {}).items()},
        )

    def __len__(self) -> int:
        return len(self.x)

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.x.device

    @property
    def degree(self) -> Tensor:
        """`(N,)` int64, neighbours of each node."""
        return self.start[1:] - self.start[:-1]

    @property
    def nbytes(self) -> int:
        """Of everything stored."""
        parts = (self.x, self.start, self.ends, self.values, self.kind, self.ids, self.number)
        told = sum(column.code.nbytes for column in self.words.values())
        told += sum(len(text.encode()) for text in self.texts.values())
        return sum(part.nbytes for part in parts if part is not None) + told

    @cached_property
    def kinds(self) -> Tensor:
        """`(N,)` int64, what each node is; 0 where all are alike."""
        return torch.zeros_like(self.start[1:]) if self.kind is None else self.kind

    @cached_property
    def names(self) -> Tensor:
        """`(N,)` int64, which node each is: a hash of its name, its number where it has none."""
        return torch.arange(len(self), device=self.device) if self.ids is None else self.ids

    @cached_property
    def keys(self) -> Tensor:
        """`(N,)` int64, what is drawn at each node is keyed by."""
        return mix(self.names)

    @cached_property
    def who(self) -> str:
        """A hash of all nodes' names; nothing where they have none."""
        return "" if self.ids is None else blake2b(self.ids.cpu().numpy().tobytes(), digest_size=8).hexdigest()

    @cached_property
    def rows(self) -> Tensor:
        """`(2E,)` int64, the node that each of `ends` is beside."""
        return torch.arange(len(self), device=self.ends.device).repeat_interleave(self.degree)

    @cached_property
    def symmetric(self) -> Tensor:
        """`(2E,)` float32, of each edge one by the root of the product of its ends' degrees."""
        root = self.degree.float().rsqrt()  # no edge has an end of degree 0
        return root[self.rows] * root[self.ends.long()]

    @cached_property
    def codes(self) -> Tensor:
        """`(2E,)` int64, ascending: `i N + j` of each edge from each of its ends."""
        return self.rows * len(self) + self.ends

    @cached_property
    def reverse(self) -> Tensor:
        """`(2E,)` int64, where each edge stands at its other end."""
        return torch.searchsorted(self.codes, self.ends.long() * len(self) + self.rows)

    @cached_property
    def _elsewhere(self) -> dict[torch.device, Wiring]:
        return {}

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def on(self, device: torch.device) -> Wiring:
        """The wiring on a device, copied there once."""
        if self.device == device:
            return self
        if device not in self._elsewhere:
            own = {field.name: getattr(self, field.name) for field in fields(self)}
            parts = {name: part.to(device) for name, part in own.items() if isinstance(part, Tensor)}
            self._elsewhere[device] = replace(self, **parts)
        return self._elsewhere[device]

    @cached_property
    def _read(self) -> dict[Columns, Wiring]:
        return {}

    def reading(self, columns: Columns) -> Wiring:
        """The wiring with the features that a run reads, made once."""
        if columns.alike(self):
            return self
        if columns not in self._read:
            x, values = (torch.from_numpy(part) for part in columns.features(self))
            self._read[columns] = replace(self, x=x, values=values, columns=columns.names)
        return self._read[columns]

    def edges(self) -> Tensor:
        """Every edge once, smaller end first: `(2, E)` int64."""
        here, there = self.rows, self.ends.long()
        return torch.stack([here, there])[:, here < there]


@dataclass(frozen=True)
class Seeds:
    """A tensor of nodes of one wiring, each standing for its neighbourhood: what is stored of node-level samples.

    Args:
        wiring: shared, never copied by choosing rows.
        index: any shape, int64, the node; -1 where there is none.
        most: T, nodes that a sampled neighbourhood may have.
    """

    wiring: Wiring
    index: Tensor
    most: int

    @property
    def shape(self) -> torch.Size:
        """`(..., T)`."""
        return torch.Size((*self.index.shape, self.most))

    @property
    def ndim(self) -> int:
        """Axes, the one of nodes included."""
        return self.index.ndim + 1

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.index.device

    @property
    def nbytes(self) -> int:
        """Of the wiring and the index."""
        return self.wiring.nbytes + self.index.nbytes

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, at: Any) -> Seeds:
        return replace(self, index=self.index[at])

    def flatten(self, start: int = 0, end: int = -1) -> Seeds:
        """Axes of the index in one."""
        return replace(self, index=self.index.flatten(start, end))

    def around(self) -> Seeds:
        """Itself: see `Graphs.around`."""
        return self

    def is_floating_point(self) -> bool:
        """Never: these are numbers of nodes."""
        return False

    def to(self, where: torch.device | str, non_blocking: bool = False) -> Seeds:
        """On another device; the wiring is copied there once."""
        device = torch.device(where)
        return Seeds(self.wiring.on(device), self.index.to(device, non_blocking=non_blocking), self.most)
