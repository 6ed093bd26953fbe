"""What each modality is, its encoders and its options."""

from __future__ import annotations

import inspect

from coview.cli.docs import arguments
from coview.modalities.registry import modality_class, modality_modules
from parts.text import prose, sections, spelled, table


def tables() -> str:
    """A section for every modality: from its docstring and signature."""
    return "\n\n".join(section(name) for name in modality_modules())


def section(name: str) -> str:
    """One modality."""
    cls = modality_class(name)
    text = arguments(cls.__doc__) | arguments(cls.__init__.__doc__)
    options = [p for p in inspect.signature(cls).parameters.values() if text.get(p.name)]
    rows = [(f"`{name}.{p.name}`", "fitted" if p.default is p.empty else spelled(p.default), prose(text[p.name]))
            for p in options]  # fmt: skip
    encoders = [
        (f"`{n}`", "default" if n == cls.default_encoder else "default where tokens are needed"
         if n == cls.token_encoder else "", prose(first(build)))
        for n, build in cls.encoders.items()
    ]  # fmt: skip
    parts = [f"## {name}", prose(sections(cls.__doc__)[""])]
    parts += ["**Encoders**", table(("encoder", "", "what"), encoders)]
    parts += ["**Options**", table(("option", "default", "meaning"), rows)] if rows else []
    return "\n\n".join(parts)


def first(build: object) -> str:
    """The first sentence of a builder's docstring."""
    return inspect.cleandoc(getattr(build, "__doc__", "") or "").split("\n\n")[0]
