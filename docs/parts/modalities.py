"""What each modality is, its encoders and its options."""

from __future__ import annotations

import importlib
import inspect
from importlib.util import find_spec
from typing import Any

from coview.cli.docs import arguments
from coview.modalities.registry import modality_class, modality_modules
from parts import modality_pictures
from parts.bad_input import bad_input
from parts.text import prose, sections, spelled, table


def tables() -> str:
    """A section for every modality: from its docstring and signature."""
    return "\n\n".join(section(name) for name in modality_modules())


def section(name: str) -> str:
    """One modality."""
    cls = modality_class(name)
    chosen = options_of(name)
    told = arguments((inspect.getdoc(cls.adapt) or "").replace("Options:", "Args:"))
    rows = [(f"`{name}.{option}`", "", prose(meaning)) for option, meaning in told.items()]
    if not rows:
        text = arguments(chosen.__doc__)
        own = [p for p in inspect.signature(chosen).parameters.values() if text.get(p.name) and p.name not in FITTED]
        rows = [
            (f"`{name}.{p.name}`",
             "from the data" if p.default in (p.empty, None) or p.name in ADAPTED else spelled(p.default),
             prose(text[p.name])) for p in own
        ]  # fmt: skip
    encoders = [
        (f"`{n}`", "default" if n == cls.default_encoder else "default where tokens are needed"
         if n == cls.token_encoder else "", prose(first(build)))
        for n, build in cls.encoders.items()
    ]  # fmt: skip
    parts = [f"## {name}", prose(sections(cls.__doc__)[""])]
    picture, bad = modality_pictures.reference(name), bad_input(name)
    parts += [picture] if picture else []
    parts += ["**Encoders**", table(("encoder", "", "what"), encoders)]
    parts += ["**Options**", table(("option", "default", "meaning"), rows)] if rows else []
    parts += ["**Bad input**", bad] if bad else []
    return "\n\n".join(parts)


def first(build: object) -> str:
    """The first sentence of a builder's docstring."""
    return inspect.cleandoc(getattr(build, "__doc__", "") or "").split("\n\n")[0]


FITTED = ("mean", "std")
"""Parameters that the data alone decides."""

ADAPTED = ("size", "channels")
"""Parameters that the data decides where the user does not, whatever the signature's default."""


def options_of(name: str) -> type[Any]:
    """What a user may choose: the modality's `*Options` where it has some, else the modality itself."""
    room = f"coview.modalities.{name}"
    if getattr(importlib.import_module(room), "__path__", None) and find_spec(f"{room}.options"):
        module = importlib.import_module(f"{room}.options")
        found = [
            c
            for n, c in vars(module).items()
            if n.endswith("Options") and inspect.isclass(c) and c.__module__ == module.__name__
        ]
        if found:
            return found[0]
    return modality_class(name)
