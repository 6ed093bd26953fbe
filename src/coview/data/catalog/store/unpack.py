"""Archives of the package clients, opened without installing anything."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

from coview.errors import UserError


def unpack(archive: Path, into: Path) -> None:
    """Lay out what a `.tgz`, `.tar.gz`, `.whl` or `.deb` holds under `into`; an `.index` is put there as `Packages`."""
    match archive.suffix:
        case ".tgz" | ".gz":
            with tarfile.open(archive) as tar:
                tar.extractall(into, filter="data")
        case ".whl":
            with zipfile.ZipFile(archive) as wheel:
                wheel.extractall(into)
        case ".deb":
            _unpack_deb(archive, into)
        case ".index":
            shutil.copyfile(archive, into / "Packages")
        case other:
            raise UserError(f"{archive.name} is no package archive: {other!r} is none of .tgz, .whl, .deb, .index")


def _unpack_deb(archive: Path, into: Path) -> None:
    if shutil.which("dpkg-deb"):
        subprocess.run(["dpkg-deb", "-x", str(archive), str(into)], check=True, capture_output=True)
        return
    name, data = _deb_data(archive)
    if name.endswith(".zst"):
        raise UserError(f"{archive.name} is compressed with zstd: install dpkg, which can open it")
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        tar.extractall(into, filter="data")


def _deb_data(archive: Path) -> tuple[str, bytes]:
    """The data member of a .deb, an `ar` archive: 60-byte headers (name 16, ..., size 10 at 48), even offsets."""
    with archive.open("rb") as file:
        if file.read(8) != b"!<arch>\n":
            raise UserError(f"{archive.name} is not a Debian package")
        while header := file.read(60):
            name, size = header[:16].decode().strip().rstrip("/"), int(header[48:58])
            if name.startswith("data.tar"):
                return name, file.read(size)
            file.seek(size + size % 2, 1)
    raise UserError(f"{archive.name} holds no data")
