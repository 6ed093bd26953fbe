"""`coview compare`: several methods at equal compute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coview.atomic import write_whole
from coview.cli.fit_options import add_config_options, read_config
from coview.cli.parser import Parser, add_option
from coview.cli.run_options import add_protocols
from coview.cli.terminal import say, say_json, say_table
from coview.use.compare import Equal

if TYPE_CHECKING:
    from coview.use.compare import Comparison


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview compare",
        usage="coview compare METHOD METHOD ... --data NAME|PATH [--minutes M | --steps N] [--seeds K] [options]",
        description="Trains methods with equal compute on the same data, and scores them side by side.",
    )
    parser.add_argument("methods", nargs="+", metavar="METHOD", help="methods, each with its own default options")
    add_config_options(parser)
    more = parser.add_argument_group("comparison")
    more.add_argument("--seeds", type=int, default=1, metavar="K", help="runs of each method (default: 1)")
    add_option(
        more, "equal", Equal, None, "what each method has the same of (default: what the budget is counted in); under "
        "flops the budget is the first method's, and the others take steps that come to the same training FLOPs",
    )  # fmt: skip
    add_protocols(more)
    more.add_argument("--supervised", action="store_true", help="beside an encoder of the same size, trained on labels")
    more.add_argument("--json", action="store_true", help="the table as JSON")
    given = vars(parser.read(words))
    methods, seeds, as_json = given.pop("methods"), given.pop("seeds"), given.pop("json")
    how = {"equal": given.pop("equal", None), "supervised": given.pop("supervised"), "protocols": given.pop("protocol")}
    if not given.get("data"):
        parser.error("say what to learn from with --data NAME or --data PATH")
    from coview.methods.registry import method_class
    from coview.use.budget import budget_words
    from coview.use.compare import compare, draw
    from coview.use.folders import free_folder, refuse_used

    for name in methods:
        method_class(name)
    config = read_config("", given, None)  # of no method: each resolves what suits it
    refuse_used(config.out, "give another --out")
    out = Path(config.out or free_folder("compare", config.data))
    found = compare(methods, config, seeds=seeds, out=out, tell=None if as_json else say, **how)
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "compare.json", json.dumps(found.rows(), indent=1))
    told = f"{config.data}, {budget_words(config)}" + (f" of {methods[0]}, equal FLOPs" if found.flops else "")
    picture = draw(found, out / "compare.png", told)
    if as_json:
        say_json({"rows": found.rows(), "failed": found.failed, "picture": str(picture)})
    else:
        _say(found)
        say(f"picture: {picture}; runs: {out}")
    return 3 if found.failed else 0


def _say(found: Comparison) -> None:
    from coview.use.compare import headline

    metrics = headline(found.metrics)
    rows = []
    for row in found.rows():
        cells = [_cell(row["scores"].get(m)) for m in metrics]
        spent = " ".join(f"{f / 1e12:,.2f}" for f in row["flops"])
        told = [" ".join(map(str, row["steps"])), *([spent] if found.flops else []), " ".join(row["verdicts"])]
        rows.append((row["method"], *told, *cells))
    say_table(("method", "steps", *(["TFLOPs"] if found.flops else []), "verdict", *metrics), rows)
    for name, why in found.failed.items():
        say(f"{name} is left out: {why}", "yellow")


def _cell(score: dict[str, Any] | None) -> str:
    if score is None:
        return "-"
    return f"{score['mean']:.3f}" + ("" if score["std"] is None else f" ± {score['std']:.3f}")
