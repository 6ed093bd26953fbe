"""`coview fit`: from data to a trained, scored and reported run."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coview.cli.fit_options import build_parser, options_of, read_config
from coview.cli.progress import telling
from coview.cli.terminal import first_process, say, say_verdict
from coview.errors import DataWarning, UserError
from coview.use.budget import budget_words

if TYPE_CHECKING:
    from coview.engine.config import FitConfig
    from coview.engine.run import Run
    from coview.use.train import Prepared

FAILED, INTERRUPTED = 3, 130
"""Exit statuses: the run collapsed; it was stopped before its budget was used."""
FILES = {"image", "audio", "video", "points", "volume", "spectral"}
"""Modalities of which a file is one sample."""
_FLAGS = ("config", "resume", "dry_run", "no_evaluate")


def run(words: Sequence[str]) -> int:
    """The command."""
    words = list(words)
    method = words.pop(0) if words and not words[0].startswith("-") else None
    if method is None and "--config" in words and not {"-h", "--help"} & set(words):
        method = read_config(None, {}, words[words.index("--config") + 1]).method if words[-1] != "--config" else None
        method_named = None
    else:
        method_named = method
    given = vars(build_parser(method).read(words))
    flags = {name: given.pop(name) for name in _FLAGS}
    if flags["resume"]:
        return _resume(method_named, given, flags)
    config = read_config(method_named, given, flags["config"])
    if not config.data:
        raise UserError("say what to learn from with --data NAME or --data PATH; coview data list shows what is ready")
    if flags["dry_run"]:
        return _dry_run(config)
    from coview.use.folders import free_folder, refuse_used

    if config.out is None:
        config.out = str(free_folder(config.method, config.data))
    elif first_process():
        refuse_used(config.out)
    ready = _prepare(config)
    return _train(config, ready, resume=False, evaluate=not flags["no_evaluate"])


def _resume(method: str | None, given: dict[str, Any], flags: dict[str, Any]) -> int:
    from coview.engine.checkpoint import newest
    from coview.use.train import saved_run

    if flags["dry_run"]:
        raise UserError("--dry-run trains nothing and --resume goes on training; leave out one of them")
    if flags["config"]:
        raise UserError("--resume goes on as the run was asked for; leave out --config")
    asked = options_of(given)
    config, modalities = saved_run(asked.pop("out", None), method, asked)
    if newest(Path(given["out"])) is None:
        say("no checkpoint was written yet: the run begins anew", "yellow")
    ready = _prepare(config, modalities)
    return _train(config, ready, resume=True, evaluate=not flags["no_evaluate"])


def _prepare(config: FitConfig, modalities: Any = None) -> Prepared:
    """Reads the data, telling what was understood."""
    from coview.data.describe import describe
    from coview.use.train import prepare

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)  # all of it is told here
        ready = prepare(config, config.data, modalities=modalities, progress=lambda line: say(line, "dim"))
    first, *rest = describe(ready.data)
    say(first, "bold")
    for line in rest:
        say(f"  {line}")
    if ready.data.split is None:
        say(f"  {', '.join(f'{len(rows):,} {part}' for part, rows in ready.rows.items())}")
    return ready


def _dry_run(config: FitConfig) -> int:
    """What would be learnt from, and a sheet of views; nothing is trained."""
    from coview.engine.run import new_method
    from coview.use.folders import file_stem
    from coview.use.sheet import draw_sheet

    ready = _prepare(config)
    method = new_method(config, ready.data.modalities)
    for slot, encoder in method.slot_encoders().items():
        size = sum(p.numel() for p in encoder.parameters())
        say(f"  encoder of {slot}: {type(encoder.net).__name__}, {size:,} parameters, {encoder.dim} numbers out")
    for slot, role in method.roles().items():
        say(f"  {slot} is {role}")
    picture = Path(f"{file_stem(config.data)}-views.png")
    draw_sheet(ready.data, ready.rows["train"]).save(picture)
    say(f"views: {picture}")
    say("nothing was trained; without --dry-run it will be")
    return 0


def _train(config: FitConfig, ready: Prepared, *, resume: bool, evaluate: bool) -> int:
    from coview.data.describe import SHOWN
    from coview.engine.fit import fit_data
    from coview.engine.run import SKIPPED

    budget = budget_words(config)
    slots = " and ".join(ready.data.slots)
    say(f"{config.method} on {slots}, batches of {config.batch_size:,}, {budget} -> {config.out}", "bold")
    with telling(config, len(ready.rows["train"])) as tell:
        trained = fit_data(config, ready.data, ready.rows, resume=resume, tell=tell)
    if not first_process():
        return 0
    say(f"{trained.steps:,} steps in {trained.seconds:,.0f} s of training")
    if trained.folder is not None and len(ready.data.skipped) > SHOWN and (trained.folder / SKIPPED).is_file():
        say(f"  all that was skipped, with reasons: {trained.folder / SKIPPED}")
    if not trained.complete and trained.folder is not None:
        say(f"  stopped early; coview fit {config.method} --resume --out {trained.folder} goes on", "yellow")
    if trained.verdict is not None:
        say_verdict(trained.verdict)
    if evaluate:
        finish(trained, ready)
    _next(trained, ready)
    if trained.verdict is not None and trained.verdict.status == "collapsed":
        return FAILED
    return 0 if trained.complete else INTERRUPTED


def finish(trained: Run, ready: Prepared) -> None:
    """Scores a run on data it never trained on and writes `scores.json` and `report.html`."""
    from coview.cli.evaluate import say_scores
    from coview.use.evaluation import evaluate_prepared
    from coview.use.report import write_report

    try:
        scores = evaluate_prepared(trained, ready.data, ready.rows)
    except UserError as error:
        say(f"not scored: {error}")
    else:
        say_scores(scores)
    say(f"report: {write_report(trained, ready.data, ready.rows)}")


def _next(trained: Run, ready: Prepared) -> None:
    from coview.use.evaluation import tells_classes

    folder = trained.folder
    reads = {m.name for m in ready.data.modalities.values()}
    query = '"red heart"' if "text" in reads else "FILE" if reads & FILES else f'"{ready.data.names[0]}"'
    say()
    say("next:", "bold")
    say(f"  coview search {folder} {query}   the samples nearest to it")
    say(f"  coview embed {folder} --out emb.parquet   every sample's embedding as a table")
    if tells_classes(ready.data, ready.rows):
        say(f"  coview evaluate {folder} --supervised   beside a supervised encoder of the same size")
