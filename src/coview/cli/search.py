"""`coview search`: nearest samples to a text or a file."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from coview.cli.parser import Parser
from coview.cli.run_options import add_run, add_run_data
from coview.cli.terminal import say_json, say_table


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview search", description="The samples nearest to a text, a file or another sample, by cosine."
    )
    add_run(parser)
    parser.add_argument(
        "query", metavar="QUERY", help="a text, the path of a file that the run can read, or sample=NAME"
    )
    add_run_data(parser)
    parser.add_argument("--slot", metavar="SLOT", help="where to look (default: one comparable with the query)")
    parser.add_argument("-k", type=int, default=10, metavar="K", help="how many (default: 10)")
    parser.add_argument("--json", action="store_true", help="as JSON")
    asked = parser.read(words)
    if asked.k < 1:
        parser.error(f"-k counts samples, and {asked.k} was given")
    from coview.use.search import search

    hits = search(
        asked.run, asked.query, asked.data, slot=asked.slot, k=asked.k, columns=asked.columns, label=asked.label
    )
    if asked.json:
        say_json([{k: v for k, v in dataclasses.asdict(hit).items() if k != "row"} for hit in hits])
        return 0
    say_table(("cosine", "name", "slot", "view"), [(h.cosine, h.name, h.slot, h.view) for h in hits])
    return 0
