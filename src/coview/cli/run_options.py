"""Options that the verbs on a run share."""

from __future__ import annotations

from coview.cli.parser import Parser


def add_run(parser: Parser) -> None:
    """The run's folder, first."""
    parser.add_argument("run", metavar="RUN", help="a run's folder")


def add_run_data(parser: Parser, *, labels: bool = True) -> None:
    """What data, and how its columns are read."""
    group = parser.add_argument_group("data")
    group.add_argument("--data", metavar="DATA", help="a catalog name or a path (default: the run's own data)")
    group.add_argument("--columns", nargs="+", metavar="MAPPING", help="for tables: slot:modality=column[,column]")
    if labels:
        group.add_argument("--label", nargs="+", metavar="COLUMN", help="label columns (default: those found)")
    group.add_argument("--group", metavar="COLUMN", help="samples kept together in splits")
