"""A table's columns from its training rows."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf

import numpy as np

from coview.data.kinds import some
from coview.errors import UserError
from coview.modalities.cells import Cell, Seconds, word
from coview.modalities.table.columns import Category, Kind, Number, entropy, marginal
from coview.modalities.table.options import TableOptions
from coview.modalities.table.ranks import Ranks
from coview.modalities.table.read import Row

RARE = 2
"""A word met less often has no code of its own: nothing could be learnt of it, and the code of other words is used."""


def fit_columns(rows: Iterable[Row], options: TableOptions) -> list[Kind]:
    """Columns in the order first met: of numbers where all cells that are there are numbers, else of words.

    Rows with an infinite number, or without any value, are left out. A column that says nothing of a row, always
    missing or always the same, is left out with a warning that names it.

    Raises:
        UserError: there are no rows, every one has an infinite number, no column says anything, or a column named as
            categorical is not there.
    """
    cells, count = _by_column(rows)
    for listed in ("columns", "categorical"):
        for name in getattr(options, listed):
            if name not in cells:
                raise UserError(f"the table has no column {name!r} ({listed}); it has {some(list(cells), 20)}")
    if options.columns:
        cells = {name: cells[name] for name in options.columns}
    cells = _fitting(cells, count)
    empty = [name for name, values in cells.items() if all(x is None for x in values)]
    kept = {name: values for name, values in cells.items() if name not in empty}
    same = [name for name, values in kept.items() if None not in values and len(set(values)) == 1]
    kept = {name: values for name, values in kept.items() if name not in same}
    for what, names in (("always missing", empty), ("always the same", same)):
        if names and kept:
            warnings.warn(f"columns left out, for they are {what}: {some(names)}", stacklevel=2)
    if not kept:
        why = f"{some(list(cells))} {'are' if len(cells) > 1 else 'is'} always missing or always the same"
        raise UserError(f"no column of the table tells its {count:,} training rows apart: {why}")
    numeric = {
        name
        for name, values in kept.items()
        if name not in options.categorical and all(x is None or isinstance(x, float) for x in values)
        and len({x for x in values if x is not None}) > 1
    }  # fmt: skip
    numbers = iter(_numbers({name: kept[name] for name in kept if name in numeric}))
    return [next(numbers) if name in numeric else _category(name, values, options) for name, values in kept.items()]


def _by_column(rows: Iterable[Row]) -> tuple[dict[str, list[Cell]], int]:
    """Cells by column, missing where a row lacks the column; and how many rows there are."""
    cells: dict[str, list[Cell]] = {}
    count = 0
    for row in rows:
        for name, cell in zip(row.names, row.cells, strict=True):
            values = cells.setdefault(name, [])
            if len(values) < count:
                values.extend([None] * (count - len(values)))
            values.append(cell)
        count += 1
    if not count:
        raise UserError("there are no rows to fit a table to")
    for values in cells.values():
        values.extend([None] * (count - len(values)))
    return cells, count


def _fitting(cells: dict[str, list[Cell]], count: int) -> dict[str, list[Cell]]:
    """The cells of the rows without an infinite number and with some value; all rows where none has one."""
    wild = {name: {i for i, x in enumerate(values) if x in (inf, -inf)} for name, values in cells.items()}
    rows = set().union(*wild.values())
    if len(rows) == count:
        name = next(name for name, found in wild.items() if found)
        raise UserError(f"each of the {count:,} training rows has an infinite number, the first in column {name!r}")
    rows |= {i for i, row in enumerate(zip(*cells.values(), strict=True)) if row.count(None) == len(row)}
    if len(rows) in (0, count):
        return cells
    return {name: [x for i, x in enumerate(values) if i not in rows] for name, values in cells.items()}


def _numbers(columns: dict[str, list[Cell]]) -> list[Number]:
    if not columns:
        return []
    values = np.array([[np.nan if x is None else x for x in cells] for cells in columns.values()], np.float64).T
    ranks = Ranks.fit(values)
    scores = ranks.scores(values)
    return [
        Number(
            name,
            tuple(float(q) for q in ranks.quantiles[:, i]),
            marginal(scores[:, i]),
            max(float(np.nanvar(scores[:, i])), 1e-3),
            all(x is None or isinstance(x, Seconds) for x in cells),
        )
        for i, (name, cells) in enumerate(columns.items())
    ]


def _category(name: str, cells: Sequence[Cell], options: TableOptions) -> Category:
    counts = Counter(word(x) for x in cells if x is not None)
    ordered = sorted(counts, key=lambda w: (-counts[w], w))
    words = tuple(w for w in ordered if counts[w] >= RARE)[: options.most]
    code = {w: i + 1 for i, w in enumerate(words)}
    stored = np.array([np.nan if x is None else code.get(word(x), 0) for x in cells], np.float64)
    there = stored[~np.isnan(stored)].astype(np.int64)
    frequencies = [*np.bincount(there).tolist(), len(cells) - len(there)]
    return Category(name, words, marginal(stored), max(entropy(frequencies), 1e-3))
