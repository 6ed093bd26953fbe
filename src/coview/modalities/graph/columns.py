"""Features by the names of the columns that they come from: which of a graph's a run reads, and in what order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from coview.data.kinds import some

if TYPE_CHECKING:
    from coview.modalities.graph.item import WholeGraph
    from coview.modalities.graph.wiring import Wiring

Names = tuple[tuple[str, ...], tuple[str, ...]]
"""Of the features of nodes, and of edges; nothing where they have none."""

UNNAMED: Names = ((), ())

DEGREE = "log(1 + neighbours)"
"""The feature of nodes that have none of their own."""


def kind_name(column: str, word: str) -> str:
    """The feature that says whether an edge is of a kind."""
    return f"{column}={word}"


@dataclass(frozen=True)
class Words:
    """A column of edges that holds words, whether or not they became features.

    Args:
        kinds: the K words, each once.
        code: `(E,)` whole numbers below K, which one each edge has, -1 for none.
    """

    kinds: tuple[str, ...]
    code: np.ndarray

    def of(self, edges: np.ndarray) -> Words:
        """The same of some edges, by place."""
        return Words(self.kinds, self.code[edges])

    def are(self, word: str) -> np.ndarray:
        """`(E,)` float32, 1 where it is this word; where the column has no such word, nowhere."""
        at = self.kinds.index(word) if word in self.kinds else len(self.kinds)
        return (self.code == at).astype(np.float32)


@dataclass(frozen=True)
class Found:
    """Where the features that are wanted stand.

    Args:
        places: of each its place, or the column of words and the word that it says.
        missing: names that are nowhere.
        unread: names that nobody wants.
    """

    places: tuple[int | tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def find(wanted: tuple[str, ...], have: tuple[str, ...], words: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Found:
    """Features by name; a kind that a column of words does not hold is none of its edges', and not missing.

    Args:
        wanted: names.
        have: names, in the order of features.
        words: columns of words and their kinds.
    """
    place = {name: i for i, name in enumerate(have)}
    places: list[int | tuple[str, str]] = []
    missing: list[str] = []
    known: set[str] = set()
    for name in wanted:
        column = next((column for column, _ in words if name.startswith(kind_name(column, ""))), None)
        known |= set() if column is None else {column}
        if name in place:
            places.append(place[name])
        elif column is not None:
            places.append((column, name.removeprefix(kind_name(column, ""))))
        else:
            missing.append(name)
    met = [*have, *(kind_name(column, kind) for column, kinds in words if column in known for kind in kinds)]
    return Found(tuple(places), tuple(missing), tuple(name for name in dict.fromkeys(met) if name not in wanted))


@dataclass(frozen=True)
class Columns:
    """The features that a run reads: by name where both it and a graph have names, else by place.

    Args:
        names: of the features of nodes, and of edges.
        widths: F and P, how many there are.
    """

    names: Names
    widths: tuple[int, int]

    @classmethod
    def of(cls, graph: WholeGraph | Wiring) -> Columns:
        """All that a graph has."""
        return cls(graph.columns, (graph.x.shape[1], graph.values.shape[1]))

    def alike(self, graph: WholeGraph | Wiring) -> bool:
        """Whether a graph has these features in this order."""
        return graph.columns == self.names and (graph.x.shape[1], graph.values.shape[1]) == self.widths

    def found(self, graph: WholeGraph | Wiring) -> tuple[Found | None, Found | None]:
        """Where the features of nodes and of edges stand in a graph; None where places count."""
        named = any(graph.columns) and any(self.names)
        have = (graph.x.shape[1], graph.values.shape[1])
        words = tuple((column, told.kinds) for column, told in graph.words.items())
        found: list[Found | None] = []
        for part, (theirs, own) in enumerate(zip(graph.columns, self.names, strict=True)):
            known = named and len(theirs) == have[part] and len(own) == self.widths[part]
            found.append(find(own, theirs, words if part else ()) if known else None)
        return found[0], found[1] if len(graph.values) else Found()

    def unfit(self, graph: WholeGraph | Wiring) -> str | None:
        """Why a graph's features cannot be read, or None where they can."""
        if self.alike(graph):
            return None
        found = self.found(graph)
        for what, where, names in zip(("nodes", "edges"), found, graph.columns, strict=True):
            if where is not None and where.missing:
                has = f"has {some(names, 8)}" if names else "has none"
                return f"has no {some(where.missing, 8)} among the features of {what}, which the slot reads; it {has}"
        have = (graph.x.shape[1], graph.values.shape[1])
        if all(where is not None or n == width for where, n, width in zip(found, have, self.widths, strict=True)):
            return None
        of_node, of_edge = (f" ({some(names, 8)})" if names else "" for names in graph.columns)
        return (
            f"has {have[0]} features a node{of_node} and {have[1] if len(graph.values) else self.widths[1]} an "
            f"edge{of_edge}, and the slot has {self.widths[0]} and {self.widths[1]}"
        )

    def notes(self, graph: WholeGraph | Wiring) -> Sequence[str]:
        """Features of a graph that can be read that are left unread."""
        if self.alike(graph):
            return ()
        unread = zip(("nodes", "edges"), self.found(graph), strict=True)
        return [
            f"read without {some(where.unread, 8)} of {what} (not known from training)"
            for what, where in unread
            if where is not None and where.unread
        ]

    def features(self, graph: WholeGraph | Wiring) -> tuple[np.ndarray, np.ndarray]:
        """What is read of a graph that can be read: `(N, F)` of its nodes, `(E, P)` float32 of its edges."""
        x, values = np.asarray(graph.x), np.asarray(graph.values)
        of_nodes, of_edges = (None, None) if self.alike(graph) else self.found(graph)
        x = x if of_nodes is None else _picked(x, of_nodes, graph.words)
        if not len(values):
            return x, np.zeros((0, self.widths[1]), np.float32)
        return x, values if of_edges is None else _picked(values, of_edges, graph.words)


def _picked(x: np.ndarray, found: Found, words: Mapping[str, Words]) -> np.ndarray:
    """Features that were found, side by side: `(n, F)` -> `(n, wanted)`."""
    parts = [x[:, at] if isinstance(at, int) else words[at[0]].are(at[1]) for at in found.places]
    return np.stack(parts, 1) if parts else x[:, :0]
