"""`coview evaluate`: scores of a run beside raw input and a random encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from coview.cli.parser import Parser
from coview.cli.run_options import add_protocols, add_run, add_run_data
from coview.cli.terminal import console, first_process, say, say_json

if TYPE_CHECKING:
    from coview.evaluate.scores import Scores


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview evaluate",
        description="Scores a run on data it never trained on, beside the raw input and a random encoder.",
    )
    add_run(parser)
    add_run_data(parser)
    add_protocols(parser)
    parser.add_argument(
        "--supervised", action="store_true", help="beside an encoder of the same size, trained on labels"
    )
    parser.add_argument("--json", action="store_true", help="as JSON")
    asked = parser.read(words)
    from coview.use.evaluation import evaluate

    scores = evaluate(
        asked.run,
        asked.data,
        protocols=asked.protocol,
        labels=asked.label,
        columns=asked.columns,
        group=asked.group,
        supervised=asked.supervised,
    )
    if asked.json:
        say_json(scores.to_dict())
    else:
        say_scores(scores)
    return 0


def say_scores(scores: Scores) -> None:
    """The score table, and under it how each number was got."""
    from coview.evaluate.scores import details, table

    if not first_process():
        return
    if not scores.values:
        few = [f"label {name} has one class only" for name in scores.one_class]
        lacks = f"{', '.join(few)}, and there are no" if few else "no labels,"
        say(f"nothing to score here: {lacks} natural views or slots in one space that enough held-out samples have")
        return
    console().print(table(scores))
    for line in details(scores):
        say(line, "dim")
