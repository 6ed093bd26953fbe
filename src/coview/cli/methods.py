"""`coview methods`: what can be learned with."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from coview.cli import docs
from coview.cli.parser import Parser
from coview.cli.terminal import say, say_json, say_table


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(prog="coview methods", description="The methods there are, and what one of them does.")
    parser.add_argument("what", nargs="?", choices=("list", "show"), default="list")
    parser.add_argument("name", nargs="?", help="a method, for show")
    parser.add_argument("--json", action="store_true", help="as JSON")
    asked = parser.read(words)
    if asked.what == "show":
        return _show(asked.name, asked.json, parser)
    from coview.methods.registry import family, method_modules

    found = [
        {"name": name, "family": family(name), "idea": docs.module_idea(_file(module))}
        for name, module in method_modules().items()
    ]
    found.sort(key=lambda m: (m["family"], m["name"]))
    if asked.json:
        say_json(found)
        return 0
    say_table(("method", "family", "idea"), [(m["name"], m["family"], m["idea"]) for m in found])
    say("coview methods show NAME tells more; coview fit NAME --help has its options")
    return 0


def _show(name: str | None, as_json: bool, parser: Parser) -> int:
    import inspect

    from coview.methods.registry import method_class, own_options

    if name is None:
        parser.error("show needs a method's name")
    cls = method_class(name)
    if as_json:
        text = docs.arguments(cls.__doc__)
        options = {
            n: {"default": None if p.default is p.empty else p.default, "meaning": text.get(n, "")}
            for n, p in own_options(cls).items()
        }
        say_json({"name": name, "class": cls.__name__, "doc": inspect.getdoc(cls), "options": options})
        return 0
    say(f"{name} ({cls.__module__}.{cls.__qualname__})", "bold")
    say(inspect.getdoc(cls) or "")
    return 0


def _file(module: str) -> Path:
    """A module's file; the packages around it are imported, it is not."""
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)
