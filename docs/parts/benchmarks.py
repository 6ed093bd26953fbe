"""Benchmarks on record, as tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from coview.methods.registry import method_class
from coview.papers.verdict import Outcome
from parts import text
from parts.methods import NOT, TOGETHER, takes

Record = dict[str, Any]

RESULTS = Path(__file__).resolve().parents[2] / "results"
_PEERS = ("limit", "lightly", "lightly as documented", "stable-pretraining")
_MARKS = {Outcome.HOLDS: "**above**", Outcome.FAILS: "below", Outcome.UNDECIDED: "undecided"}
_NONE = "Not on record yet."


def throughput() -> str:
    """A row a method and encoder; the machine of each file below."""
    paths = sorted((RESULTS / "benchmarks").glob("throughput*.json"))
    if not paths:
        return _NONE
    head = ("method", "encoder", "batch", "coview, samples/s", "of the limit", *(f"over {p}" for p in _PEERS[1:]),
            "data and views")  # fmt: skip
    found = {path: json.loads(path.read_text()) for path in paths}
    rows = [
        (row["method"], row["encoder"], row["batch"], f"{row['samples/s']['coview']:,.0f}",
         *(_ratio(row["coview / other"].get(peer)) for peer in _PEERS), f"{row['share of data and views']:.1%}")
        for record in found.values() for row in record["rows"]
    ]  # fmt: skip
    return "\n\n".join([text.table(head, rows), *(_kept(record) for record in found.values())])


def memory() -> str:
    """One line, and how near the saved gradient is to the plain one."""

    def told(record: Record) -> str:
        peak, one = record["peak above idle"] / 2**30, record["one similarity matrix, bytes"] / 1e9
        equal = record["equality"][0]
        return (
            f"NT-Xent over {record['samples']:,} samples on the CPU takes {peak:.2f} GiB above the idle process, where "
            f"one plain similarity matrix is {one:.1f} GB. At {equal['samples']:,} samples its gradient differs from "
            f"the plain one by {equal['relative difference of the gradient']:.0e} in {equal['precision']}."
        )

    return _read("benchmarks/memory.json", told)


def speeds() -> str:
    """A row a modality, and the large graph."""

    def told(record: Record) -> str:
        rows = [
            (name, row["data"], row["encoder"], f"{row['samples/s']:,.0f}", f"{row['data and views']:.1%}")
            for name, row in record["rows"].items() if "samples/s" in row
        ]  # fmt: skip
        said = [text.table(("modality", "data", "encoder", "samples/s", "data and views"), rows)]
        said += [
            f"One pass over {row['nodes']:,} nodes: {row['epoch seconds']:.0f} s, {row['GiB']:.2f} GiB above the "
            "process before it read the graph."
            for row in record["rows"].values() if "nodes" in row
        ]  # fmt: skip
        return "\n\n".join(said)

    return _read("benchmarks/speeds.json", told)


def learned() -> str:
    """Methods by modalities: trained, untrained, and what is made of it."""

    def told(cells: list[Record]) -> str:
        each = [max(cell["processor seconds"]) for cell in cells if "processor seconds" in cell]
        above = sum(cell.get("above random") == Outcome.HOLDS for cell in cells)
        return "\n\n".join([
            _by_modality(cells),
            f"Of {len(cells)} cells {above} are above. The longest arm took {max(each):.0f} s of processor "
            "time. Nearest neighbours, which decide nothing:",
            _by_modality([cell | {"score": name, **score} for cell in cells for name, score in _beside(cell)]),
        ])  # fmt: skip

    return _read("matrix.json", told)


def longer() -> str:
    """The same with more steps, one line a cell."""

    def told(cells: list[Record]) -> str:
        rows = [(c["modality"], c["method"], c["score"], f"{c['steps'][0]:,}", len(c["run"]), _cell(c)) for c in cells]
        return text.table(("modality", "method", "score", "steps", "seeds", "trained / untrained"), rows)

    return _read("matrix-longer.json", told)


def fields() -> str:
    """A row a contender: coview's method, then what the field's library has."""

    def told(record: Record) -> str:
        head = ("data, label", "contender", "package", "parameters", "seconds", "learning rate", "accuracy")
        rows = [
            (f"{row['data']}, {row['label']}", name, one["package"], f"{one['parameters']:,}",
             f"{mean(one['processor seconds']):.0f}", f"{one['lr']:g}", _spread(one["accuracy"]))
            for row in record.values() for name, one in row["contenders"].items()
        ]  # fmt: skip
        said = [
            f"- {name}: {_told(one['set to'])}."
            for row in record.values() for name, one in row["contenders"].items() if "set to" in one
        ]  # fmt: skip
        kept = dict.fromkeys(_kept(row["circumstances"]) for row in record.values())
        return "\n\n".join([text.table(head, rows), "\n".join(["What they were set to:", "", *said]), *kept])

    return _read("benchmarks/fields.json", told, kept=False)


def compared() -> str:
    """A table a modality: every method that runs there, the best first."""

    def told(record: Record) -> str:
        return "\n\n".join(_ranked(name, row) for name, row in record.items())

    return _read("compared.json", told, kept=False)


def _ranked(modality: str, found: Record) -> str:
    """One modality's methods by their score; references stand where they come."""
    head = ("method", found["score"], "verdict", "steps", "TFLOPs")
    scored = [row for row in found["rows"] if found["score"] in row["scores"]]
    rows = [
        (row["method"] if row["verdicts"] else f"*{row['method']}*", f"{row['scores'][found['score']]['mean']:.3f}",
         " ".join(row["verdicts"]), *(f"{n:,}" for n in row["steps"]), *(f"{n / 1e12:.2f}" for n in row["flops"]))
        for row in sorted(scored, key=lambda row: -row["scores"][found["score"]]["mean"])
    ]  # fmt: skip
    commits = ", ".join(dict.fromkeys(f"`{c['commit']}`" for c in found["circumstances"]))
    left_out = _left_out(modality, found["left out"])
    return f"## {modality}: {found['data']}\n\n{text.table(head, rows)}\n\n{left_out}Commit {commits}."


def _left_out(modality: str, reasons: dict[str, str]) -> str:
    """Methods that read the modality and are not in its table, by why."""
    joined = modality.split(" and ")
    names: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        ways = {takes(method_class(name))[one] for one in joined} - {NOT}
        if ways:
            alone = ways == {TOGETHER} and len(joined) == 1
            names.setdefault("they relate several slots" if alone else reason, []).append(f"`{name}`")
    lines = [f"- Left out: {', '.join(found)}, because: {reason}." for reason, found in names.items()]
    return "\n".join(lines) + "\n\n" if lines else ""


def _told(options: Record) -> str:
    """Options and their values; what stands under a name of its own, in brackets behind that."""
    return ", ".join(f"{name} {_value(value)}" for name, value in options.items())


def _value(value: Any) -> str:
    match value:
        case dict():
            return f"({_told(value)})"
        case list():
            return " and ".join(map(_value, value))
        case int():
            return f"{value:,}"
    return str(value)


def _spread(values: list[float]) -> str:
    return f"{mean(values):.3f} ± {stdev(values):.3f}" if len(values) > 1 else f"{values[0]:.3f}"


def _by_modality(cells: list[Record]) -> str:
    methods = list(dict.fromkeys(c["method"] for c in cells))
    rows: list[tuple[str, ...]] = []
    for modality in dict.fromkeys(c["modality"] for c in cells):
        mine = {c["method"]: c for c in cells if c["modality"] == modality}
        one = next((c for c in mine.values() if "score" in c), None)
        if one is None:
            continue
        raw = "" if one["raw"] is None else f"{one['raw']:.3f}"
        what = f"{modality}: {one['data']}, `{one['score']}`"
        rows.append((what, raw, *(_cell(mine[m]) if m in mine else "" for m in methods)))
    return text.table(("modality, data, score", "raw input", *methods), rows)


def _beside(cell: Record) -> list[tuple[str, Record]]:
    return [(name, score | {"above random": ""}) for name, score in cell.get("beside", {}).items()]


def _cell(cell: Record) -> str:
    if "refused" in cell:
        return cell["refused"]
    mark = _MARKS.get(cell["above random"], cell["above random"])
    return f"{mean(cell['run']):.3f} / {mean(cell['random']):.3f} {mark}".rstrip()


def _ratio(found: dict[str, float] | None) -> str:
    return "" if found is None else f"{found['median']:.2f}"


def _kept(record: Record) -> str:
    machine = record["machine"]
    return (
        f"{machine['processor']}, {machine['threads']} threads, torch {record['versions']['torch']}; "
        f"commit `{record['commit']}`; `{record['command']}`."
    )


def _read(name: str, told: Callable[[Any], str], *, kept: bool = True) -> str:
    path = RESULTS / name
    if not path.is_file():
        return _NONE
    record = json.loads(path.read_text())
    said = told(record)
    return f"{said}\n\n{_kept(record)}" if kept and isinstance(record, dict) else said
