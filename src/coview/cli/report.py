"""`coview report`: a run's page, written anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coview.cli.parser import Parser
from coview.cli.run_options import add_run, add_run_data
from coview.cli.terminal import say

if TYPE_CHECKING:
    from coview.engine.run import Run
    from coview.use.train import Prepared


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview report",
        description="Writes report.html: verdict, scores, curves, retrieved samples, map, configuration.",
    )
    add_run(parser)
    add_run_data(parser)
    parser.add_argument("--out", metavar="FILE", help="where to (default: report.html in the run's folder)")
    parser.add_argument("--strip", metavar="FILE", help="also draw the first strip of retrievals as a PNG")
    asked = parser.read(words)
    from coview.use.folders import PICTURES, check_file

    if asked.out is not None:
        check_file(asked.out)
    if asked.strip is not None:
        check_file(asked.strip, PICTURES)
    from coview.engine.run import load
    from coview.use.evaluation import evaluate_prepared, prepare_again
    from coview.use.report import write_report
    from coview.use.train import is_own

    trained = load(asked.run)
    ready = prepare_again(trained, asked.data, columns=asked.columns, label=asked.label, group=asked.group)
    if not trained.scores:
        evaluate_prepared(trained, ready.data, ready.rows, keep=is_own(trained.config, asked.data))
    say(f"report: {write_report(trained, ready.data, ready.rows, asked.out)}")
    if asked.strip is not None:
        say(f"strip: {_strip(trained, ready, Path(asked.strip))}")
    return 0


def _strip(trained: Run, ready: Prepared, path: Path) -> Path:
    from coview.errors import UserError
    from coview.use.report import answers_of
    from coview.use.strip import draw_strip

    answers = answers_of(trained, ready.data, ready.rows)
    if not answers:
        raise UserError("there is nothing to draw: no sample of the held-out part is there")
    draw_strip(ready.data, answers[0]).save(path)
    return path
