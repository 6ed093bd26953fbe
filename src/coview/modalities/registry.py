"""Modalities by name: one room each."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coview.errors import UserError

if TYPE_CHECKING:
    from coview.modalities.base import Modality

_ROOM = Path(__file__).parent


@cache
def modality_modules() -> dict[str, str]:
    """Name -> module, without importing any: every package of this room is a modality."""
    names = sorted(p.name for p in _ROOM.iterdir() if (p / "__init__.py").is_file())
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
