"""One package: fetched by its client, checked, unpacked, on record."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from coview.atomic import landing
from coview.data.catalog.store.clients import CLIENTS
from coview.data.catalog.store.declare import Package
from coview.data.catalog.store.stock import MANIFEST, Stock
from coview.data.catalog.store.unpack import unpack
from coview.errors import UserError


def fetch(package: Package, stock: Stock, progress: Callable[[str], None]) -> None:
    """Bring a package into the stock unless it is there.

    Raises:
        UserError: the client is missing or failed, or the archive is not the declared one.
    """
    if stock.has(package):
        return
    if (other := _elsewhere(package, stock)) is not None:
        progress(f"{package.name} {package.version} is there already, for {other.parent.name}")
        with landing(stock.folder(package)) as folder:
            shutil.copytree(other, folder, copy_function=_link, dirs_exist_ok=True)
        return
    progress(f"{package.client}: {package.name} {package.version} ({package.size / 1e6:.1f} MB)")
    with landing(stock.folder(package)) as folder, tempfile.TemporaryDirectory(dir=folder) as scratch:
        archive = CLIENTS[package.client](package, Path(scratch))
        record = check(package, archive)
        unpack(archive, folder)
        (folder / MANIFEST).write_text(json.dumps(record, indent=1))


def _elsewhere(package: Package, stock: Stock) -> Path | None:
    """The package as another data set has it in the cache."""
    found = stock.root.parent.glob(f"*/{stock.folder(package).name}/{MANIFEST}")
    return next((p.parent for p in sorted(found)), None)


def _link(source: str, target: str) -> None:
    """One file under two names; a copy where the file system has no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def check(package: Package, archive: Path) -> dict[str, str | int]:
    """The manifest of an archive that is what was declared.

    A distribution's package may have a later version than the declared one: it is taken as it is (apt has checked its
    signature) and its own version and checksum are recorded.

    Raises:
        UserError: size or checksum differ at the declared version.
    """
    size = archive.stat().st_size
    with archive.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    version = _VERSIONS[package.client](archive) if package.client in _VERSIONS else package.version
    if version == package.version and (size, sha256) != (package.size, package.sha256):
        raise UserError(
            f"the archive of {package.name} {version} has {size} bytes with sha256 {sha256}, where {package.size} "
            f"with {package.sha256} were expected: it was cut short or changed on its way; nothing was kept, try again"
        )
    return {
        "format": 1,
        "client": package.client,
        "name": package.name,
        "version": version,
        "sha256": sha256,
        "size": size,
        "licence": package.licence,
    }


def _index_version(archive: Path) -> str:
    """The release in an index's file name, as `apt_index` calls it."""
    return archive.stem


def _deb_version(archive: Path) -> str:
    """The version in a .deb's file name, NAME_VERSION_ARCH.deb with `:` as `%3a`."""
    pieces = archive.stem.split("_")
    return pieces[1].replace("%3a", ":") if len(pieces) == 3 else "unknown"


_VERSIONS: dict[str, Callable[[Path], str]] = {"apt": _deb_version, "apt-index": _index_version}
"""Clients that may bring another version than the declared one -> the version of what they brought."""
