"""Modalities by name: one file each."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coview.errors import UserError

if TYPE_CHECKING:
    from coview.modalities.base import Modality

_ROOM = Path(__file__).parent
_PLAIN = {"base", "options", "registry", "__init__"}


@cache
def modality_modules() -> dict[str, str]:
    """Name -> module, without importing any. A modality that needs rooms of its own is a package of that name."""
    names = sorted(p.stem for p in _ROOM.iterdir() if p.stem not in _PLAIN and not p.name.startswith(("_", ".")))
    return {name: f"coview.modalities.{name}" for name in names}


def modality_class(name: str) -> type[Modality]:
    """The class of a modality by name.

    Raises:
        UserError: there is no such modality.
    """
    from coview.modalities.base import Modality

    if name not in modality_modules():
        raise UserError(f"no modality is called {name!r}; there are {', '.join(modality_modules())}")
    module = importlib.import_module(modality_modules()[name])
    return next(
        c
        for c in vars(module).values()
        if isinstance(c, type) and issubclass(c, Modality) and c is not Modality and c.name == name
    )


def modality_from_config(config: dict[str, Any]) -> Modality:
    """The fitted modality that `{"modality": name, ...}` describes."""
    rest = dict(config)
    return modality_class(rest.pop("modality")).from_config(rest)
