"""`coview embed`: embeddings of data, written to a table."""

from __future__ import annotations

from collections.abc import Sequence

from coview.cli.parser import Parser, add_several
from coview.cli.run_options import add_run, add_run_data
from coview.cli.terminal import say, say_json

SCHEMA = """columns of the table:
  id       int64    hash of the sample's name
  name     string   the sample
  slot     string   which of its slots
  view     string   which natural view: its name, else its number
  space    string   slots of one space are comparable
  vector   float32  fixed-size list
  ...               each label under its own name
A row a sample, slot, view and space; what is absent has no row."""


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(prog="coview embed", description="Writes what a run says of data to a table.", epilog=SCHEMA)
    add_run(parser)
    add_run_data(parser)
    parser.add_argument("--out", required=True, metavar="FILE", help="a .parquet, .arrow, .feather or .csv file")
    add_several(parser, "--slots", metavar="SLOT", help="some of the run's slots")
    parser.add_argument("--strict", action="store_true", help="stop at the first thing that cannot be read")
    parser.add_argument("--json", action="store_true", help="what was written, as JSON")
    asked = parser.read(words)
    from coview.use.embed import embed
    from coview.use.tables import check_table_path

    check_table_path(asked.out)
    found = embed(
        asked.run, asked.data, columns=asked.columns, label=asked.label, slots=asked.slots, strict=asked.strict
    )
    path = found.save(asked.out)
    shapes = {
        f"{space}/{slot}": {"vectors": int(e.present.sum()), "width": e.values.shape[2]}
        for space, slots in found.spaces.items()
        for slot, e in slots.items()
    }
    if asked.json:
        told = {"file": str(path), "samples": len(found), "embeddings": shapes}
        say_json({**told, "skipped": found.data.skipped, "noted": found.data.noted})
        return 0
    for name, shape in shapes.items():
        say(f"  {name}: {shape['vectors']:,} vectors of {shape['width']} numbers")
    say(f"{len(found):,} samples -> {path}")
    return 0
