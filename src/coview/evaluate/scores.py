"""Scores: every number beside its reference rows, and how it was got."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

COLUMNS = ("run", "raw", "random")
"""The run, the raw input (where vectors of the raw input can be compared at all), the untrained encoder."""


@dataclass
class Scores:
    """What an evaluation found.

    Args:
        values: `protocol/what` -> metric -> column -> number; None where a column has none. Columns are `run`, `raw`
            and `random`, and `supervised` where one was trained.
        protocol: `protocol/what` -> the protocol's details: k, temperature, split, counts, what was chosen.
        one_class: labels of one class only, which no protocol can score.
    """

    values: dict[str, dict[str, dict[str, float | None]]] = field(default_factory=dict)
    protocol: dict[str, dict[str, Any]] = field(default_factory=dict)
    one_class: list[str] = field(default_factory=list)

    def __getitem__(self, key: str) -> dict[str, dict[str, float | None]]:
        return self.values[key]

    def __contains__(self, key: str) -> bool:
        return key in self.values

    @property
    def columns(self) -> list[str]:
        """Every column that some score has, in order."""
        met = dict.fromkeys(COLUMNS) | {c: None for m in self.values.values() for row in m.values() for c in row}
        return list(met)

    def add(self, key: str, found: dict[str, dict[str, float]], details: dict[str, Any]) -> None:
        """Adds what each column found (`column -> metric -> number`) by one protocol.

        Args:
            key: `protocol/what`.
            found: columns that were scored; the usual ones that are missing read None.
            details: of the protocol.
        """
        columns = dict.fromkeys([*COLUMNS, *found])
        metrics = dict.fromkeys(m for scored in found.values() for m in scored)
        self.values[key] = {m: {c: found[c].get(m) if c in found else None for c in columns} for m in metrics}
        self.protocol[key] = details

    def to_dict(self) -> dict[str, Any]:
        """As `scores.json` has it: the scores by key, and one more key, `protocol`."""
        return {**self.values, "protocol": self.protocol}

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Scores:
        """The scores that `to_dict` wrote."""
        return cls({k: v for k, v in found.items() if k != "protocol"}, found.get("protocol", {}))


def table(scores: Scores) -> Table:
    """Scores as a table to print: a row a metric, a column for the run and each reference."""
    from rich.table import Table

    shown = Table(title=None, box=None, pad_edge=False, header_style="bold")
    shown.add_column("score")
    shown.add_column("metric")
    for column in scores.columns:
        shown.add_column(column, justify="right", style="bold" if column == "run" else None)
    for key, metrics in scores.values.items():
        for i, (metric, row) in enumerate(metrics.items()):
            shown.add_row(key if i == 0 else "", metric, *(_number(row.get(c), metric) for c in scores.columns))
    return shown


def details(scores: Scores) -> list[str]:
    """One line a protocol: how its numbers were got."""
    return [f"{key}: " + "; ".join(f"{k} {_plain(v)}" for k, v in how.items()) for key, how in scores.protocol.items()]


def _number(value: float | None, metric: str) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if "rank" in metric else f"{value:.3f}"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items())
    return f"{value:.4g}" if isinstance(value, float) else str(value)
