"""`coview predict`: what a run says of samples, written to a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from coview.cli.parser import Parser
from coview.cli.run_options import add_run, add_run_data
from coview.cli.terminal import say, say_json

SCHEMA = """columns of the table, for a finetuned run:
  id             int64    hash of the sample's name
  name           string   the sample
  class          string   the likeliest class; nothing where the sample could not be read
  probability    float32  of that class
  probabilities  float32  fixed-size list; coview.classes of the schema's metadata names the classes
  ...                     each label under its own name
Methods that predict something else write it in columns of their own."""


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview predict",
        description="Writes what a run predicts of data to a table: classes and probabilities for a finetuned run.",
        epilog=SCHEMA,
    )
    add_run(parser)
    add_run_data(parser)
    parser.add_argument("--out", required=True, metavar="FILE", help="a .parquet, .arrow, .feather or .csv file")
    parser.add_argument("--strict", action="store_true", help="stop at the first thing that cannot be read")
    parser.add_argument("--json", action="store_true", help="what was written, as JSON")
    asked = parser.read(words)
    from coview.use.predict import predict
    from coview.use.tables import check_table_path

    check_table_path(asked.out)
    found = predict(asked.run, asked.data, columns=asked.columns, label=asked.label, strict=asked.strict)
    path = found.save(asked.out)
    counts = Counter(c for c in found.values.get("class", ()) if c is not None)
    if asked.json:
        told = {"file": str(path), "samples": len(found), "columns": list(found.values), "classes": dict(counts)}
        say_json({**told, "skipped": found.data.skipped, "noted": found.data.noted})
        return 0
    for name, n in counts.most_common(12):
        say(f"  {name}: {n:,}")
    if len(counts) > 12:
        say(f"  and {len(counts) - 12:,} classes more")
    say(f"{len(found):,} samples -> {path}")
    return 0
