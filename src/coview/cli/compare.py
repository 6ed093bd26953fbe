"""`coview compare`: several methods at equal compute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coview.cli.fit_options import add_config_options, read_config
from coview.cli.parser import Parser
from coview.cli.terminal import say, say_json, say_table

if TYPE_CHECKING:
    from coview.use.compare import Comparison


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview compare",
        usage="coview compare METHOD METHOD ... --data NAME|PATH [--minutes M | --steps N] [--seeds K] [options]",
        description="Trains methods under the same budget on the same data, and scores them side by side.",
    )
    parser.add_argument("methods", nargs="+", metavar="METHOD", help="methods, each with its own default options")
    add_config_options(parser)
    more = parser.add_argument_group("comparison")
    more.add_argument("--seeds", type=int, default=1, metavar="K", help="runs of each method (default: 1)")
    more.add_argument("--json", action="store_true", help="the table as JSON")
    given = vars(parser.read(words))
    methods, seeds, as_json = given.pop("methods"), given.pop("seeds"), given.pop("json")
    if not given.get("data"):
        parser.error("say what to learn from with --data NAME or --data PATH")
    from coview.methods.registry import method_class
    from coview.use.budget import budget_words
    from coview.use.compare import compare, draw
    from coview.use.folders import free_folder, refuse_used

    for name in methods:
        method_class(name)
    config = read_config(methods[0], given, None)
    refuse_used(config.out)
    out = Path(config.out or free_folder("compare", config.data))
    out.mkdir(parents=True, exist_ok=True)
    found = compare(methods, config, seeds=seeds, out=out, tell=None if as_json else say)
    (out / "compare.json").write_text(json.dumps(found.rows(), indent=1))
    picture = draw(found, out / "compare.png", f"{config.data}, {budget_words(config)}")
    if as_json:
        say_json({"rows": found.rows(), "failed": found.failed, "picture": str(picture)})
    else:
        _say(found)
        say(f"picture: {picture}; runs: {out}")
    return 0 if len(found.verdicts) == len(set(methods)) else 3


def _say(found: Comparison) -> None:
    from coview.use.compare import headline

    metrics = headline(found.metrics)
    rows = []
    for row in found.rows():
        cells = [_cell(row["scores"].get(m)) for m in metrics]
        rows.append((row["method"], " ".join(map(str, row["steps"])), " ".join(row["verdicts"]), *cells))
    say_table(("method", "steps", "verdict", *metrics), rows)
    for name, why in found.failed.items():
        say(f"{name} is left out: {why}", "yellow")


def _cell(score: dict[str, Any] | None) -> str:
    if score is None:
        return "-"
    return f"{score['mean']:.3f}" + ("" if score["std"] is None else f" ± {score['std']:.3f}")


def _budget(config: Any) -> str:
    return next(f"{getattr(config, n):g} {n}" for n in ("minutes", "epochs", "steps") if getattr(config, n))
