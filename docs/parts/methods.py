"""A page for every method, and the tables of them all."""

from __future__ import annotations

import inspect
import typing

from coview.cli.docs import arguments, first_line
from coview.flags import flag
from coview.methods.base import Method
from coview.methods.registry import family, method_class, method_modules
from coview.modalities.registry import modality_modules
from coview.nn.encoder import Encoder
from parts.text import linked, prose, sections, spelled, table

ALONE, TOGETHER, NOT = "alone", "with others", ""


def takes(cls: type[Method]) -> dict[str, str]:
    """Modality -> how a method takes it: alone, with other slots, or not at all. Read from the signature."""
    hints = typing.get_type_hints(cls.__init__)
    wanted = [n for n in inspect.signature(cls.__init__).parameters if hints.get(n) is Encoder]
    named = [n for n in wanted if n in modality_modules()]
    if named:
        return {m: (TOGETHER if len(wanted) > 1 else ALONE) if m in named else NOT for m in modality_modules()}
    return dict.fromkeys(modality_modules(), ALONE if wanted else TOGETHER)


def matrix() -> str:
    """Methods by modalities, from the registry and the signatures."""
    modalities = list(modality_modules())
    rows = []
    for name in ordered():
        how = takes(method_class(name))
        rows.append((f"`{name}`", family(name), *(how[m] for m in modalities)))
    return table(("method", "family", *modalities), rows)


def ordered() -> list[str]:
    """Method names by family."""
    return sorted(method_modules(), key=lambda n: (family(n), n))


def index() -> str:
    """Every method in one line."""
    rows = [(f"[{n}](methods/{n}.md)", family(n), first_line(method_class(n).__doc__)) for n in ordered()]
    return table(("method", "family", "idea"), rows)


def pages() -> dict[str, str]:
    """`methods/NAME.md` for every method."""
    return {f"methods/{name}.md": page(name) for name in method_modules()}


def page(name: str) -> str:
    """One method: idea, paper, views, loss, requirements, relations, options, example."""
    cls = method_class(name)
    told = sections(cls.__doc__)
    lines = [f"# {cls.__name__}", prose(told.get("", "")), f"```\ncoview fit {name} --data NAME|PATH\n```"]
    for heading in ("Paper", "Papers", "Source"):
        if told.get(heading):
            lines.append(f"**{heading}.** {linked(told[heading])}")
    for heading in ("Views", "Loss", "Requires", "Relations"):
        if told.get(heading):
            lines.append(f"## {heading}\n\n{begun(prose(told[heading]))}")
    lines.append(f"## Options\n\n{options(cls)}")
    how = takes(cls)
    lines.append("## Modalities\n\n" + table(tuple(how), [tuple(v or "no" for v in how.values())]))
    if told.get("Example"):
        lines.append(f"## Example\n\n```python\n{told['Example'].strip()}\n```")
    lines.append(f"## Reference\n\n::: {cls.__module__}.{cls.__name__}\n    options:\n      show_root_heading: true")
    return "\n\n".join(lines) + "\n"


def options(cls: type[Method]) -> str:
    """The method's own parameters with their defaults and meaning."""
    text = arguments(cls.__doc__)
    own = [p for p in inspect.signature(cls.__init__).parameters.values() if p.kind is p.KEYWORD_ONLY]
    if not own:
        return "None."
    rows = [(f"`{flag(p.name)}`", spelled(p.default), prose(text.get(p.name, ""))) for p in own]
    return table(("option", "default", "meaning"), rows)


def begun(text: str) -> str:
    """Text that begins as a sentence does."""
    return text[:1].upper() + text[1:]
