"""The reference: every public name, from its docstring."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

import coview
from coview.methods.registry import method_modules
from coview.modalities.registry import modality_class, modality_modules

PACKAGES: dict[str, tuple[str, ...]] = {
    "losses": ("coview.losses",),
    "health": ("coview.health",),
    "evaluate": ("coview.evaluate",),
    "views": ("coview.views",),
    "nn": ("coview.nn",),
    "engine": ("coview.engine",),
    "balance": ("coview.balance",),
    "data": ("coview.data",),
    "use": ("coview.use",),
}
"""Page -> packages whose public names it has."""


def pages() -> dict[str, str]:
    """`reference/NAME.md`: a page for the face, the contracts, the modalities, and each package."""
    made = {"reference/coview.md": page("coview", face())}
    made["reference/contracts.md"] = page("Contracts", contracts())
    made["reference/modalities.md"] = page("Modalities", modalities())
    for name, packages in PACKAGES.items():
        made[f"reference/{name}.md"] = page(name, [n for package in packages for n in public(package)])
    return made


def page(title: str, names: list[str]) -> str:
    """A page that asks mkdocstrings for each name."""
    return "\n\n".join([f"# {title}", *(f"::: {name}" for name in names)]) + "\n"


def face() -> list[str]:
    """The public face: `coview.__all__`, where each name lives."""
    return [f"{coview._HOMES[name]}.{name}" for name in coview.__all__]


def contracts() -> list[str]:
    """What methods and modalities are written against."""
    rooms = (
        "coview.batch",
        "coview.methods.base",
        "coview.modalities.base",
        "coview.errors",
        "coview.methods.registry",
    )
    return [name for room in rooms for name in own(importlib.import_module(room))]


def modalities() -> list[str]:
    """The class of every modality."""
    classes = [modality_class(name) for name in modality_modules()]
    return [f"{c.__module__}.{c.__qualname__}" for c in classes]


def methods() -> list[str]:
    """The module of every method; their pages are made by `parts.methods`."""
    return list(method_modules().values())


def public(package: str) -> list[str]:
    """Every public class and function defined in a package, by module."""
    root = importlib.import_module(package)
    rooms = sorted(m.name for m in pkgutil.walk_packages(root.__path__, f"{package}."))
    return [name for room in [package, *rooms] for name in own(importlib.import_module(room))]


def own(module: ModuleType) -> list[str]:
    """Public classes and functions that a module itself defines, in its order."""
    return [
        f"{module.__name__}.{name}"
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
        and getattr(value, "__qualname__", name) == name
        and inspect.getdoc(value)
    ]
