"""`coview reproduce`: run a paper's claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coview.cli.parser import Parser
from coview.cli.terminal import say, say_json, say_table


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview reproduce",
        description="Run a paper's claim: arms of equal compute, tuned alike, three seeds, a test part scored once.",
    )
    parser.add_argument("key", nargs="?", metavar="PAPER", help="a paper's key (default: list what can be run)")
    parser.add_argument("--scale", choices=("small", "full"), default="small", help="full: ten times the steps")
    parser.add_argument("--out", metavar="DIR", help="where the record goes (default: results/claims)")
    parser.add_argument("--json", action="store_true", help="the record as JSON")
    asked = parser.read(words)
    if asked.key is None:
        return _list(asked.json)
    from pathlib import Path

    from coview.papers import records
    from coview.papers.reproduce import reproduce

    command = f"coview reproduce {asked.key} --scale {asked.scale}"
    record = reproduce(asked.key, scale=asked.scale, command=command, tell=None if asked.json else say)
    path = records.write(record, None if asked.out is None else Path(asked.out))
    if asked.json:
        say_json(record)
        return 0
    say_record(record)
    say(f"record: {path}")
    return 0


def say_record(record: dict[str, Any]) -> None:
    """A claim's record as people read it."""
    from coview.papers.claim import note_of
    from coview.papers.reproduce import tables

    say(record["statement"])
    for metric, (columns, rows) in tables(record).items():
        say_table(columns, rows, metric)
    for found in record["comparisons"]:
        margin = f" (may fall short by {found['margin']:g})" if found["margin"] else ""
        each = ", ".join(f"{d:+.3f}" for d in found["differences"])
        line = f"{found['better']} against {found['worse']}, {found['metric']}{margin}: {each}"
        say(f"{line}; mean {found['mean']:+.3f}, deviation {found['deviation']:.3f}: {found['outcome']}")
    say(f"tuning: {record['tuning']}")
    note = note_of(record["key"])
    if note:
        say(f"note: {note}")
    say(record["outcome"], "bold")


def _list(as_json: bool) -> int:
    from coview.papers import records
    from coview.papers.claim import claim_keys

    found = [(key, (records.read(key) or {}).get("outcome", "not run yet")) for key in claim_keys()]
    if as_json:
        say_json([{"key": key, "outcome": outcome} for key, outcome in found])
        return 0
    say_table(("claim", "outcome"), found)
    say("coview reproduce PAPER runs one")
    return 0
