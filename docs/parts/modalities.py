"""A page for each modality, and the table of them all."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re

from coview.cli.docs import arguments
from coview.data import catalog
from coview.methods.registry import method_class, method_modules
from coview.modalities.base import Modality
from coview.modalities.options import Options
from coview.modalities.registry import modality_class, modality_modules
from parts import methods, modality_pictures
from parts.bad_input import bad_input
from parts.modality_facts import extra, protocols
from parts.own_data import OWN, own_data
from parts.text import prose, sections, spelled, table


def index() -> str:
    """Every modality in one line."""
    rows = []
    for name in modality_modules():
        cls = modality_class(name)
        rows.append(
            (
                f"[{name}](modalities/{name}.md)",
                prose(first(cls)),
                f"`{cls.default_encoder}`",
                f"`{cls.token_encoder}`",
                extra(name),
            )
        )
    return table(("modality", "what", "encoder", "where tokens are needed", "extra"), rows)


def pages() -> dict[str, str]:
    """`modalities/NAME.md` for every modality."""
    return {f"modalities/{name}.md": page(name) for name in modality_modules()}


def page(name: str) -> str:
    """One modality: what it is, a picture, data, options, encoders, views, tokens, evaluation, what is bad."""
    cls = modality_class(name)
    what = [part for part in told(cls) if not part.startswith("`augment`")]
    own = OWN.get(name, ())
    parts = [
        f"# {name.capitalize()}",
        "\n\n".join(what),
        f"```\n{own[0].command()}\n```" if own else "",
        modality_pictures.reference(name),
        f"## Data\n\n{data(name)}",
        f"## Options\n\nGiven as `--modality {name}.NAME=VALUE`.\n\n{options(name)}",
        f"## Encoders\n\n{encoders(cls)}",
        f"## Views\n\n{views(cls)}",
        f"## Tokens\n\n{tokens(cls)}",
        f"## Methods\n\n{taken_by(name)}",
        f"## Evaluation\n\n{protocols(name)}\n\nThe column `raw`: {begun_small(prose(own_doc(cls, 'raw')))}",
        f"## Bad input\n\nEach row is found out by reading it.\n\n{bad_input(name)}",
        f"## Reference\n\n[`{cls.__name__}`](../reference/modalities.md) holds every part of the contract.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def data(name: str) -> str:
    """What is read of a user's own, what must be installed, and what the catalog has."""
    parts = [own_data(name), f"**In memory.** {prose(in_memory(name))}"]
    needs = extra(name)
    parts.append(f"**Needs** `pip install 'coview[{needs}]'`." if needs else "**Needs** nothing beyond coview.")
    sets = []
    for called in catalog.names():
        declared = catalog.dataset(called)
        slots = [slot for slot, kind in declared.slots.items() if kind.modality == name]
        if slots:
            sets.append((f"`{called}`", declared.title, ", ".join(f"`{slot}`" for slot in slots), declared.counts))
    parts.append("**In the [catalog](../data.md)**, with `coview data get NAME`:")
    parts.append(table(("name", "what", "slots", "how much"), sets))
    return "\n\n".join(parts)


def in_memory(name: str) -> str:
    """What one value may be, by the docstring of the function that reads it."""
    room = importlib.import_module(f"coview.modalities.{name}.read")
    read = next(f for n, f in vars(room).items() if n.startswith("read_") and f.__module__ == room.__name__)
    doc = inspect.getdoc(read) or ""
    raw = arguments(doc).get("raw")
    idea = " ".join(sections(doc)[""].split())
    return f"{idea} A value is {raw}" if raw else idea


def options(name: str) -> str:
    """A modality's options with their defaults and meaning."""
    chosen = options_of(name)
    text = arguments(chosen.__doc__)
    rows = [
        (f"`{name}.{field.name}`", "" if field.default is None else spelled(field.default), prose(text[field.name]))
        for field in dataclasses.fields(chosen)
    ]
    return table(("option", "default", "meaning"), rows)


def encoders(cls: type[Modality]) -> str:
    """Networks by name, and a library's where there are some."""
    rows = []
    for name, build in cls.encoders.items():
        when = "default" if name == cls.default_encoder else ""
        when = " and ".join(w for w in (when, "where tokens are needed" if name == cls.token_encoder else "") if w)
        rows.append((f"`{name}`", when, prose(first(build))))
    for prefix, maker in cls.libraries.items():
        rows.append((f"`{prefix}:NAME`", "", prose(first(importlib.import_module(maker).build))))
    return table(("`--encoder`", "", "what"), rows)


def views(cls: type[Modality]) -> str:
    """What augmentation does, and its parameters."""
    parts = [part for part in told(cls) if part.startswith("`augment`")]
    parts = parts or [prose(own_doc(cls, "augment"))]
    crop = own_doc(cls, "crop")
    return "\n\n".join([*parts, *([f"`crop`: {begun_small(prose(crop))}"] if crop else [])])


def tokens(cls: type[Modality]) -> str:
    """How a value is cut, and how what is rebuilt is compared."""
    rows = [(f"`{part}`", prose(about)) for part in TOKENS if (about := of_tokens(cls, part))]
    hides = [("share hidden by default", f"{cls.hidden:g}")] if hasattr(cls, "hidden") else []
    return table(("part", "what"), [*rows, *hides])


def of_tokens(cls: type[Modality], part: str) -> str:
    """What is said of a part, of one that is as in the contract its default."""
    about = " ".join((own_doc(cls, part) or inspect.getdoc(getattr(cls, part)) or "").split())
    return about if part in vars(cls) else about.partition("The default is ")[2]


def taken_by(name: str) -> str:
    """Which methods take a modality, alone and with others."""
    how = {method: methods.takes(method_class(method))[name] for method in method_modules()}
    found = {
        kind: ", ".join(f"[{m}](../methods/{m}.md)" for m, takes in how.items() if takes == kind)
        for kind in (methods.ALONE, methods.TOGETHER)
    }
    return "\n\n".join(f"*{kind.capitalize()}*: {names}." for kind, names in found.items() if names)


def told(cls: type[Modality]) -> list[str]:
    """The paragraphs in which a modality is described."""
    return [prose(part) for part in re.split(r"\n\s*\n", sections(cls.__doc__)[""])]


def own_doc(cls: type[Modality], part: str) -> str:
    """What a modality itself says of a part of the contract; nothing where it is as in the contract."""
    return inspect.cleandoc(vars(cls)[part].__doc__ or "") if part in vars(cls) else ""


def first(thing: object) -> str:
    """The first paragraph of a docstring."""
    return inspect.cleandoc(getattr(thing, "__doc__", "") or "").split("\n\n")[0]


def begun_small(text: str) -> str:
    """Text as it goes on after a colon."""
    return text[:1].lower() + text[1:]


TOKENS = ("tokens", "grid", "places", "token_loss", "token_distance", "untokens")
"""Parts of the contract that are about tokens."""


def options_of(name: str) -> type[Options]:
    """What a user may choose of a modality."""
    module = importlib.import_module(f"coview.modalities.{name}.options")
    return next(c for c in vars(module).values() if inspect.isclass(c) and issubclass(c, Options) and c is not Options)
