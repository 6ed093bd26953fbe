"""Where catalog data lies: one folder a package, complete or not there at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coview.atomic import landing
from coview.data.catalog.store.declare import DataSet, Package

MANIFEST = "manifest.json"


def cache_dir() -> Path:
    """`$COVIEW_CACHE`, else the platform's cache folder."""
    if chosen := os.environ.get("COVIEW_CACHE"):
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("coview")


@dataclass(frozen=True)
class Stock:
    """What the cache holds of one data set.

    Args:
        name: the data set's.
        root: its folder.
    """

    name: str
    root: Path

    @classmethod
    def of(cls, name: str) -> Stock:
        """The stock of a data set in the cache."""
        return cls(name, cache_dir() / "data" / name)

    def folder(self, package: Package) -> Path:
        """Where the package lies, or will lie, unpacked."""
        return self.root / package.key

    def has(self, package: Package) -> bool:
        """Whether the package is there, whole."""
        return (self.folder(package) / MANIFEST).is_file()

    def manifest(self, package: Package) -> dict[str, Any]:
        """What was fetched: client, name, version, sha256, size."""
        return json.loads((self.folder(package) / MANIFEST).read_text())

    def missing(self, dataset: DataSet, parts: tuple[str, ...] | None = None) -> list[Package]:
        """The packages that `parts` (default all) need and that are not there."""
        wanted = dataset.parts if parts is None else parts
        return [p for p in dataset.packages if (not p.part or p.part in wanted) and not self.has(p)]

    def parts(self, dataset: DataSet) -> tuple[str, ...]:
        """The parts of which every package is there."""
        return tuple(part for part in dataset.parts if not self.missing(dataset, (part,)))

    def made(self, tag: str, make: Callable[[Path], None]) -> Path:
        """The folder of something made once from the packages; `make` fills an empty folder.

        `tag` names what was made and with which settings: another tag is made anew.
        """
        folder = self.root / tag
        if not folder.is_dir():
            with landing(folder) as building:
                make(building)
        return folder
