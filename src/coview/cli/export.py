"""`coview export`: an encoder's weights as one file."""

from __future__ import annotations

from collections.abc import Sequence

from coview.cli.parser import Parser
from coview.cli.run_options import add_run
from coview.cli.terminal import say


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview export",
        description="Writes an encoder's weights to one safetensors file, and checks that it reads back.\n"
        "From Python: coview.use.export.load_encoder(FILE); for another run: coview fit ... --init FILE.",
    )
    add_run(parser)
    parser.add_argument("--out", required=True, metavar="FILE", help="a .safetensors file")
    parser.add_argument("--slot", metavar="SLOT", help="whose encoder (default: the first)")
    asked = parser.read(words)
    from coview.use.export import export

    path = export(asked.run, asked.out, slot=asked.slot)
    say(f"{path}: {path.stat().st_size / 1e6:,.1f} MB, read back and equal")
    return 0
