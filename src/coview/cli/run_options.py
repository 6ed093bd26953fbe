"""Options that the verbs on a run share."""

from __future__ import annotations

from typing import Any

from coview.cli.parser import Parser, add_several


def add_run(parser: Parser) -> None:
    """The run's folder, first."""
    parser.add_argument("run", metavar="RUN", help="a run's folder")


def add_run_data(parser: Parser, *, labels: bool = True) -> None:
    """What data, and how its columns are read."""
    group = parser.add_argument_group("data")
    group.add_argument("--data", metavar="DATA", help="a catalog name or a path (default: the run's own data)")
    add_several(group, "--columns", metavar="MAPPING", help="for tables: slot:modality=column[,column]")
    if labels:
        add_several(group, "--label", metavar="COLUMN", help="label columns (default: those found)")
    group.add_argument("--group", metavar="COLUMN", help="samples kept together in splits")


def add_protocols(group: Any) -> None:
    """How encoders are scored; `group` is a parser or one of its groups."""
    add_several(
        group, "--protocol", metavar="NAME",
        help="knn, linear, few-shot, clustering, ridge, retrieval, zero-shot, link-prediction, ranking, next-event, "
        "state (default: those the data allows)",
    )  # fmt: skip
