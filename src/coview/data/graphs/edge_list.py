"""A table of edges as read, with or without a header, and which of its columns are ends and kinds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.types as types

from coview.data.graphs.interactions import SIDES
from coview.data.kinds import count, some
from coview.data.tables.infer_columns import distinct, is_text, plain_type
from coview.data.tables.read_table import Skipped, first_line, read_headless, read_table
from coview.errors import UserError
from coview.modalities.graph.columns import Words, kind_name

MOST_EDGE_KINDS = 32
"""Different words in a column of edges that are told apart."""

MOST_WORDS = 1_000
"""Different words in a column that are kept for a run that knows some of them."""

_ENDS = (("source", "target"), ("from", "to"), ("src", "dst"), ("head", "tail"), ("u", "v"), *SIDES)


def read_edges(file: Path, ids: Collection[str]) -> tuple[pa.Table, Skipped, list[str]]:
    """A table of edges, what was skipped, and what there is to tell.

    A first line that names no ends and looks as those below it is an edge, and there is no header: both of its ends are
    numbers in columns of numbers, or ids met elsewhere.

    Args:
        file: of the table.
        ids: of the nodes, as far as another table tells them.

    Raises:
        UserError: it cannot be read.
    """
    line = first_line(file)
    if line is not None and len(line) > 1 and all(line[:2]) and not _names_columns(line):
        table, skipped = read_headless(file)
        if _begins_with_ids(table, ids):
            names = ["source", "target", *(f"column {i}" for i in range(3, len(line) + 1))]
            return table.rename_columns(names), skipped, [f"{file.name} has no header: its first line is an edge"]
    table, skipped = read_table(file, least_rows=0)
    return table, skipped, []


def _names_columns(line: Sequence[str]) -> bool:
    names = {word.lower() for word in line}
    return any({*pair} <= names for pair in _ENDS) or bool(names & {"graph", "split"})


def _begins_with_ids(table: pa.Table, ids: Collection[str]) -> bool:
    """Whether the first row is like the others."""
    ends = [table[0], table[1]]
    if all(types.is_integer(end.type) or types.is_floating(end.type) for end in ends):
        return True
    words = [id_words(end) for end in ends]
    known = {*ids, *words[0][1:], *words[1][1:]}
    return all(word[0] in known for word in words)


def end_columns(file: Path, edges: pa.Table) -> tuple[str, str]:
    """The two columns of ids.

    Raises:
        UserError: there are not two.
    """
    lower = {name.lower(): name for name in edges.column_names}
    for a, b in _ENDS:
        if a in lower and b in lower:
            return lower[a], lower[b]
    plain = [name for name in edges.column_names if name not in ("graph", "split")]
    if len(plain) < 2:
        raise UserError(f"{file} has no two columns of ids; name them source and target")
    return plain[0], plain[1]


def are_usual_ends(a: str, b: str) -> bool:
    """Whether two columns of ids are called as ends of edges mostly are."""
    return (a.lower(), b.lower()) in _ENDS


def id_words(column: pa.ChunkedArray) -> np.ndarray:
    """Ids as words, whole numbers without a point, and nothing where missing."""
    values = (int(v) if isinstance(v, float) and v.is_integer() else v for v in column.to_pylist())
    return np.array(["" if v is None else str(v) for v in values], dtype=object)


def kinds_of_edges(table: pa.Table) -> tuple[np.ndarray, list[str], list[str]]:
    """Columns of few words as features.

    Args:
        table: the columns of E edges that are neither ends nor numbers.

    Returns:
        `(E, K)` float32 that is 1 where the edge is of the kind, all 0 where none is told; the K kinds' names
        (`column=word`); and what there is to tell of the columns and those left out.
    """
    parts, names = [np.zeros((len(table), 0), np.float32)], []
    read, left = [], []
    for name in table.column_names if len(table) else []:
        reason = _unfit(table[name])
        if reason:
            left.append(f"{name} ({reason})")
            continue
        words = words_of(table[name])
        parts.append(np.stack([words.are(kind) for kind in words.kinds], 1))
        names += [kind_name(name, kind) for kind in words.kinds]
        read.append(f"{name} ({some(words.kinds)})")
    told = [f"edges: a feature for each kind of {', '.join(read)}"] if read else []
    told += [f"edges: not read: {', '.join(left)}"] if left else []
    return np.concatenate(parts, 1), names, told


def has_words(column: pa.ChunkedArray) -> bool:
    """Whether a column holds words that a run may know some of: not more than `MOST_WORDS`, or none at all."""
    known = column.null_count == len(column) or is_text(plain_type(column.type))
    return known and distinct(column) <= MOST_WORDS


def words_of(column: pa.ChunkedArray) -> Words:
    """A column of words with its kinds in order; nothing told where it is empty."""
    words = id_words(column)
    kinds = sorted(set(words.tolist()) - {""})
    code = {kind: i for i, kind in enumerate(kinds)}
    return Words(tuple(kinds), np.array([code.get(word, -1) for word in words.tolist()], np.int32))


def _unfit(column: pa.ChunkedArray) -> str | None:
    """Why a column's words are no features."""
    if column.null_count == len(column):
        return "always missing"
    if not is_text(plain_type(column.type)):
        return f"{column.type} is neither a number nor a word"
    kinds = distinct(column)
    if kinds == 1 and not column.null_count:
        return "always the same"
    if kinds > MOST_EDGE_KINDS:
        return f"{count(kinds, 'kind')} of words, more than {MOST_EDGE_KINDS}"
    return "every word differs" if kinds == len(column) else None
