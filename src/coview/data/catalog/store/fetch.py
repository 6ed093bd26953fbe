"""One package: fetched by its client, checked, unpacked, on record."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from coview.data.catalog.store.clients import CLIENTS
from coview.data.catalog.store.declare import Package
from coview.data.catalog.store.stock import MANIFEST, Stock, landing
from coview.data.catalog.store.unpack import unpack
from coview.errors import UserError


def fetch(package: Package, stock: Stock, progress: Callable[[str], None]) -> None:
    """Bring a package into the stock unless it is there.

    Raises:
        UserError: the client is missing or failed, or the archive is not the declared one.
    """
    if stock.has(package):
        return
    progress(f"{package.client}: {package.name} {package.version} ({package.size / 1e6:.1f} MB)")
    with landing(stock.folder(package)) as folder, tempfile.TemporaryDirectory(dir=folder) as scratch:
        archive = CLIENTS[package.client](package, Path(scratch))
        record = check(package, archive)
        unpack(archive, folder)
        (folder / MANIFEST).write_text(json.dumps(record, indent=1))


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
    version = _deb_version(archive) if package.client == "apt" else package.version
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


def _deb_version(archive: Path) -> str:
    """The version in a .deb's file name, NAME_VERSION_ARCH.deb with `:` as `%3a`."""
    pieces = archive.stem.split("_")
    return pieces[1].replace("%3a", ":") if len(pieces) == 3 else "unknown"
