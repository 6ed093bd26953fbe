"""`coview finetune`: a run's encoder with a linear head, trained on labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coview.cli.evaluate import say_scores
from coview.cli.fit_options import add_config_options
from coview.cli.parser import Parser
from coview.cli.progress import telling
from coview.cli.run_options import add_run, add_run_data
from coview.cli.terminal import first_process, say, say_json

LEFT_OUT = (
    "data", "slots", "columns", "label", "group", "modality", "strict", "encoder", "encoder_options", "frozen", "init",
    "balance", "health_every", "stop_on_collapse",
)  # fmt: skip
"""Options of `fit` that have no place here."""


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview finetune",
        usage="coview finetune RUN [--data DATA] [--label COLUMN] [--frozen] [--label-share S] [options]",
        description="Trains a run's encoder with a linear head on labels, and scores it on samples held out beside the "
        "same network\nfrom random initialisation. Leaves a run that coview predict reads.",
    )
    add_run(parser)
    add_run_data(parser, labels=False)
    more = parser.add_argument_group("what is learnt")
    more.add_argument("--label", metavar="COLUMN", help="the column of classes (default: the only one there is)")
    more.add_argument("--slot", metavar="SLOT", help="whose encoder (default: the first)")
    more.add_argument("--frozen", "--freeze", action="store_true", help="train the head alone")
    more.add_argument(
        "--label-share", type=float, default=1.0, metavar="S", help="share of each class's training labels that is used"
    )
    more.add_argument("--no-evaluate", action="store_true", help="train only: no scores, no network beside it")
    add_config_options(parser, LEFT_OUT)
    parser.add_argument("--json", action="store_true", help="scores as JSON")
    given = vars(parser.read(words))
    own = ("run", "data", "columns", "group", "label", "slot", "frozen", "label_share", "no_evaluate", "json")
    asked = {name: given.pop(name) for name in own}
    return _finetune(asked, given)


def _finetune(asked: dict[str, Any], options: dict[str, Any]) -> int:
    from coview.engine.run import load
    from coview.evaluate.scores import Scores
    from coview.use.budget import budget_words
    from coview.use.finetune import plan_finetune, score, train
    from coview.use.folders import free_folder

    as_json, evaluate = asked.pop("json"), not asked.pop("no_evaluate")
    source = load(asked.pop("run"))
    out = options.pop("out", None) or str(free_folder("finetune", asked["data"] or source.config.data or "data"))
    plan = plan_finetune(source, asked.pop("data"), out=out, **asked, **options)
    task = plan.task
    if not as_json:
        what = f"{task.label} of {task.slot}: {len(task.classes)} classes, {len(task.train):,} samples"
        say(f"{what}, {budget_words(plan.config)} -> {out}", "bold")
        with telling(plan.config, len(task.train)) as tell:
            tuned = train(plan.config, task, plan.encoder, tell)
    else:
        tuned = train(plan.config, task, plan.encoder)
    if evaluate:
        score(tuned, plan)
    if not first_process():
        return 0
    if as_json:
        say_json({"run": out, **tuned.scores})
        return 0
    say(f"{tuned.steps:,} steps in {tuned.seconds:,.0f} s of training -> {out}")
    if tuned.scores:
        say_scores(Scores.from_dict(tuned.scores))
    say()
    say("next:", "bold")
    say(f"  coview predict {out} --data DATA --out predictions.parquet   classes and their probabilities")
    return 0
