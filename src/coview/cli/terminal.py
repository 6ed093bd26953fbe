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

MARKS = {"healthy": ("green", "✓"), "collapsing": ("yellow", "!"), "collapsed": ("red", "✗")}


@cache
def _console(file: Any) -> Console:
    from rich.console import Console

    return Console(file=file, highlight=False, soft_wrap=not file.isatty())


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


def say_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None) -> None:
    """A plain table; numbers to the right."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for at, name in enumerate(columns):
        numbers = all(isinstance(row[at], int | float) for row in rows) and bool(rows)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(spell(value) for value in row))
    if first_process():
        console().print(table, markup=False)


def spell(value: Any) -> str:
    """A cell's text: three decimals, thousands apart, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
