"""`coview papers`: the papers of the field, and what became of their claims."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any

from coview.cli.parser import Parser
from coview.cli.terminal import say, say_json, say_table


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(prog="coview papers", description="The papers of the field, and what became of their claims here.")
    parser.add_argument("what", nargs="?", choices=("list", "show"), default="list")
    parser.add_argument("key", nargs="?", help="a paper, for show")
    parser.add_argument("--status", metavar="STATUS", help="those with this status only")
    parser.add_argument("--modality", metavar="MODALITY", help="those about this modality only")
    parser.add_argument("--json", action="store_true", help="as JSON")
    asked = parser.read(words)
    if asked.what == "show":
        if asked.key is None:
            parser.error("show needs a paper's key; coview papers has them")
        return _show(asked.key, asked.json)
    if asked.key is not None:
        parser.error(f"list takes no key; coview papers show {asked.key} tells of one paper")
    return _list(asked.status, asked.modality, asked.json)


def _list(status: str | None, modality: str | None, as_json: bool) -> int:
    from coview.papers.ledger import select

    found = [(p, p.status.value) for p in select(status, modality)]
    if as_json:
        say_json([{**dataclasses.asdict(p), "status": s, "runnable claim": p.has_claim} for p, s in found])
        return 0
    say_table(("paper", "status", "kind", "title"), [(p.key, s, p.kind, p.title) for p, s in found])
    counts = Counter(s for _, s in found)
    say(f"{len(found)} paper{'s' * (len(found) != 1)}: " + ", ".join(f"{n} {s}" for s, n in counts.most_common()))
    say("coview papers show KEY tells more; coview reproduce KEY runs a claim")
    return 0


def _show(key: str, as_json: bool) -> int:
    from coview.papers import records
    from coview.papers.claim import claim_keys
    from coview.papers.ledger import paper

    own = key in claim_keys() and key.startswith("own-")
    record = records.read(key)
    told: dict[str, Any] = {"key": key, "status": "not yet"} if own else dataclasses.asdict(paper(key))
    told["status"] = record["outcome"] if record else "not yet" if own else paper(key).status.value
    told["runnable claim"] = key in claim_keys()
    if as_json:
        say_json({**told, "record": record})
        return 0
    for name, value in told.items():
        if value not in ("", ()):
            say(f"{name:<14} {' '.join(value) if isinstance(value, tuple) else value}")
    if record is not None:
        from coview.cli.reproduce import say_record

        say_record(record)
    return 0
