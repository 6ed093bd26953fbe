"""`coview data`: real data sets that come in packages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coview.cli.parser import Parser, add_several
from coview.cli.terminal import say, say_json, say_table


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(
        prog="coview data",
        description="Data sets that come in packages: what there is, fetching one, and a sheet of its samples; clear: "
        "removes what is kept decoded for quicker starts.",
    )
    parser.add_argument("what", nargs="?", choices=("list", "get", "show", "clear"), default="list")
    parser.add_argument("name", nargs="?", help="a data set (for show also a path)")
    add_several(parser, "--parts", metavar="PART", help="get: some of its parts only, apart by spaces or commas")
    add_several(parser, "--columns", metavar="MAPPING", help="show: slot:modality=column[,column], as of fit")
    parser.add_argument("--out", metavar="FILE", help="show: where the sheet of views goes (default: NAME-views.png)")
    parser.add_argument("--json", action="store_true", help="as JSON")
    asked = parser.read(words)
    if asked.what == "list":
        return _list(asked.json)
    if asked.what == "clear":
        return _clear(asked.json)
    if asked.name is None:
        parser.error(f"{asked.what} needs the name of a data set; coview data list has them")
    parts = [p for word in asked.parts for p in word.split(",") if p] if asked.parts else None
    if asked.what == "get":
        return _get(asked.name, parts, asked.json)
    return _show(asked.name, asked.columns, asked.out, asked.json)


def _list(as_json: bool) -> int:
    from coview.data import catalog

    found = [catalog.describe(name) for name in catalog.names()]
    if as_json:
        say_json(found)
        return 0
    rows = [(d["name"], _state(d), d["title"], d["counts"], " ".join(d["slots"])) for d in found]
    say_table(("name", "here", "what", "how much", "slots"), rows, one_line=True)
    say("coview data get NAME fetches one; coview data show NAME draws samples")
    return 0


def _clear(as_json: bool) -> int:
    from coview.data.prepared.decoded import decoded

    kept = decoded()
    freed = kept.clear()
    if as_json:
        say_json({"folder": str(kept.folder), "freed": freed})
    else:
        say(f"{freed / 1e6:,.1f} MB of decoded data removed from {kept.folder}")
    return 0


def _get(name: str, parts: list[str] | None, as_json: bool) -> int:
    from coview.data import catalog

    folder = catalog.get(name, parts=parts, progress=None if as_json else say)
    told = catalog.describe(name)
    if as_json:
        say_json({**told, "folder": str(folder)})
        return 0
    say(f"{name} is in {folder}")
    for package, licence in told["licences"].items():
        say(f"  {package}: {licence}")
    return 0


def _show(name: str, columns: list[str] | None, out: str | None, as_json: bool) -> int:
    import torch

    from coview.data import catalog
    from coview.data.describe import describe
    from coview.data.open import open_source
    from coview.data.prepared.prepare import load
    from coview.use.folders import PICTURES, check_file, file_stem
    from coview.use.sheet import draw_sheet

    if as_json and name in catalog.names():
        say_json(catalog.describe(name))
        return 0
    picture = check_file(out or f"{file_stem(name)}-views.png", PICTURES)
    source = open_source(name, columns=columns)
    told = describe(source)
    if as_json:
        say_json({"name": source.name, "understood": told})
        return 0
    for line in told:
        say(line)
    few = torch.arange(0, len(source), max(1, len(source) // 200))
    draw_sheet(load(source, rows=few, adapt_rows=few)).save(picture)
    say(f"views: {picture}")
    return 0


def _state(told: dict[str, Any]) -> str:
    if told["fetched"]:
        return "yes"
    if not told["needs"]:
        return "made by get"
    return f"{told['download'] / 1e6:,.1f} MB by {' and '.join(told['needs'])}"
