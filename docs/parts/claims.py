"""Claims on record."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean
from typing import Any

from coview.papers.claim import note_of
from coview.papers.reproduce import referred
from parts import text

Record = dict[str, Any]


def on_record(folder: Path) -> str:
    """What is on record under a folder of JSON files: every comparison in one table, then each claim."""
    paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
    found = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}
    if not found:
        return "No claim is on record yet."
    rows = [row for key, record in found.items() for row in _comparisons(key, record)]
    head = ("claim", "outcome", "held to be better", "against", "by", "difference, each seed", "mean")
    return "\n\n".join([text.table(head, rows), *(_claim(key, record) for key, record in found.items())])


def _comparisons(key: str, record: Record) -> list[tuple[str, ...]]:
    """A row a comparison; the claim's name and outcome stand in the first."""
    rows: list[tuple[str, ...]] = []
    for i, c in enumerate(record["comparisons"]):
        named = (f"[`{key}`](#{key})", f"**{record['outcome']}**") if i == 0 else ("", c["outcome"])
        differences = ", ".join(f"{d:+.3f}" for d in c["differences"])
        short = f" (may fall short by {c['margin']:g})" if c["margin"] else ""
        rows.append((*named, c["better"], c["worse"], c["metric"] + short, differences, f"{c['mean']:+.3f}"))
    return rows


def _claim(key: str, record: Record) -> str:
    """A claim's own section: what it says, the arms, and what a reader must know."""
    metrics = list(dict.fromkeys(m for arm in record["arms"].values() for m in arm["scores"]))
    head = ("arm", "steps", "TFLOPs", "learning rate", "processor seconds", *metrics)
    rows = [
        (name, arm["steps"], f"{arm['flops'] / 1e12:.2f}", arm["lr"], f"{max(arm['cpu_seconds']):.0f}",
         *(_each(arm["scores"].get(m)) for m in metrics))
        for name, arm in record["arms"].items()
    ]  # fmt: skip
    beside = {m: dict(referred(record, m)) for m in metrics}
    for name in dict.fromkeys(name for told in beside.values() for name in told):
        values = (beside[m].get(name) for m in metrics)
        rows.append((f"({name})", "", "", "", "", *("" if v is None else f"{v:.3f}" for v in values)))
    told = [f"### {key}", text.prose(record["statement"]), text.table(head, rows)]
    note = note_of(key)
    if note:
        told.append(text.prose(note))
    kept = f"{record['data']['name']}; {record['machine']['processor']}; commit `{record['commit'][:10]}`"
    return "\n\n".join([*told, f"Tuning: {record['tuning']}. Data: {kept}. Again: `{record['command']}`."])


def _each(scores: list[float] | None) -> str:
    """The mean, and each seed's score."""
    return "" if scores is None else f"{mean(scores):.3f} ({', '.join(f'{s:.3f}' for s in scores)})"
