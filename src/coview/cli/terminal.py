"""What the terminal shows: one console, tables, and JSON where it is asked for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

UNLIMITED = 10_000
"""Characters in a line of what is no terminal."""
MARGIN, GAP, LEAST = 2, 3, 16
"""Characters at a table's sides, between its columns, and of a column that is worth showing."""
MARKS = {"healthy": ("green", "✓"), "collapsing": ("yellow", "!"), "collapsed": ("red", "✗")}


@cache
def _console(file: Any, width: int | None = None) -> Console:
    from rich.console import Console

    return Console(file=file, width=width, highlight=False, soft_wrap=not file.isatty())


def console() -> Console:
    """The console on standard output as it is now."""
    return _console(sys.stdout)


def first_process() -> bool:
    """Whether this process speaks for all (under torchrun the others are silent)."""
    return os.environ.get("RANK", "0") == "0"


def say(line: str = "", style: str | None = None) -> None:
    """One line, as it is (no markup)."""
    if first_process():
        console().print(line, style=style, markup=False)


def say_json(value: Any) -> None:
    """A value as JSON on standard output, and nothing else."""
    if first_process():
        print(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def say_verdict(verdict: Any) -> None:
    """The verdict in its colour, with the usual remedy."""
    colour, mark = MARKS.get(verdict.status, ("default", "-"))
    say(f"{mark} {verdict.status}: {verdict.sentence}", f"bold {colour}")
    if verdict.remedy:
        say(f"  usually mended by: {verdict.remedy}", colour)


def say_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None, *, one_line: bool = False
) -> None:
    """A plain table; numbers to the right.

    Args:
        columns: their names.
        rows: a cell a column.
        title: above it.
        one_line: a line a row: of what is wider than the terminal the last columns are left out, and the last of those
            shown is cut; what is no terminal gets all.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    wide = one_line and not console().is_terminal
    if one_line and not wide:
        columns, rows = _fitting(columns, rows, console().width)
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for at, name in enumerate(columns):
        numbers = all(isinstance(row[at], int | float) for row in rows) and bool(rows)
        table.add_column(
            name,
            justify="right" if numbers else "left",
            overflow="ellipsis" if one_line else "fold",
            no_wrap=one_line,
        )
    for row in rows:
        table.add_row(*(spell(value) for value in row))
    if first_process():
        (_console(sys.stdout, UNLIMITED) if wide else console()).print(table, markup=False)


def _fitting(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], width: int
) -> tuple[Sequence[str], list[Sequence[Any]]]:
    """The first columns that have room in `width` characters, the last of them cut to what is left."""
    left = width - MARGIN
    for at in range(len(columns)):
        most = max(len(columns[at]), *(len(spell(row[at])) for row in rows)) if rows else len(columns[at])
        if most <= left:
            left -= most + GAP
            continue
        if left < LEAST:
            return columns[:at], [row[:at] for row in rows]
        cut = [s if len(s := spell(row[at])) <= left else f"{s[: left - 1].rstrip()}…" for row in rows]
        return columns[: at + 1], [[*row[:at], cell] for row, cell in zip(rows, cut)]
    return columns, list(rows)


def spell(value: Any) -> str:
    """A cell's text: three decimals, thousands apart, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
