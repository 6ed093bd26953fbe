"""What a user may choose of a table, and what is checked of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from coview.kinds import Within
from coview.modalities.options import Options


@dataclass(frozen=True)
class TableOptions(Options, modality="table"):
    """Options of `Table.adapt`.

    Args:
        columns: those to read, separated by commas; default all.
        categorical: columns of numbers that are names (codes, postal codes), separated by commas.
        most: words of a column that have a code of their own; rarer ones are read as the same other word.
        corrupt: share of the cells that an augmented look draws anew from their column (SCARF: 0.6, in one of two).
        noise: standard deviation of what it adds to numbers, whose own is about 1.
        drop: share of the cells that it takes for missing.
    """

    columns: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    most: Annotated[int, Within(1, 1 << 20)] = 1_000
    corrupt: Annotated[float, Within(0, 0.99)] = 0.1
    noise: Annotated[float, Within(0, 3)] = 0.2
    drop: Annotated[float, Within(0, 0.99)] = 0.1
