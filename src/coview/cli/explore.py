"""`coview explore`: a run's embeddings as an interactive map."""

from __future__ import annotations

from collections.abc import Sequence

from coview.cli.parser import Parser
from coview.cli.run_options import add_run, add_run_data
from coview.cli.terminal import say


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview explore",
        description="Serves a run's embeddings as a map to walk about in, with what there is to see of each sample\n"
        "and its labels, by Embedding Atlas (pip install 'coview[explore]'); Ctrl-C ends it.",
    )
    add_run(parser)
    add_run_data(parser)
    parser.add_argument("--slot", metavar="SLOT", help="whose embedding (default: the first)")
    parser.add_argument("--port", type=int, default=5055, metavar="PORT", help="of the web page (default: 5055)")
    parser.add_argument("--export", metavar="DIR|ZIP", help="write the page there instead of serving it")
    parser.add_argument("--out", metavar="FILE", help="write the table of the map there, and stop")
    asked = parser.read(words)
    from coview.use.explore import explore, explore_table
    from coview.use.tables import check_table_path, write_table

    reading = {"columns": asked.columns, "label": asked.label}
    if asked.out is not None:
        check_table_path(asked.out)
        table = explore_table(asked.run, asked.data, slot=asked.slot, **reading)
        say(f"{len(table):,} samples -> {write_table(table, asked.out)}")
        return 0
    explore(asked.run, asked.data, slot=asked.slot, port=asked.port, export=asked.export, **reading)
    return 0
