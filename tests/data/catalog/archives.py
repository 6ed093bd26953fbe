"""Packages made on the spot, and a catalog that knows one data set made of them."""

import hashlib
import io
import lzma
import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.source import Column, Source


def tar_of(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def tgz(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return path


def wheel(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def deb(path: Path, files: dict[str, bytes]) -> Path:
    """An `ar` archive of the three members that Debian's format asks for."""
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.xz": lzma.compress(tar_of({"./control": b"Package: x\nVersion: 1\n"})),
        "data.tar.xz": lzma.compress(tar_of(files)),
    }
    out = b"!<arch>\n"
    for name, data in members.items():
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode() + data
        out += b"\n" * (len(data) % 2)
    path.write_bytes(out)
    return path


def package_of(archive: Path, client="npm", name="toy", version="1.0", part="") -> Package:
    data = archive.read_bytes()
    return Package(client, name, version, hashlib.sha256(data).hexdigest(), len(data), "MIT", "Toys by us", part)


def toy_set(*packages: Package, **more) -> DataSet:
    """A data set of as many texts as packages are there."""

    def build(stock, loud: bool = False) -> Source:
        here = [p for p in packages if stock.has(p)]
        texts = [(stock.folder(p) / "package/words.txt").read_text() for p in here]
        texts = [text.upper() if loud else text for text in texts]
        return Source(
            "toy", {"text": Column("text", [[t] for t in texts])}, [p.name for p in here], {"y": np.zeros(len(here))}
        )

    return DataSet("Toys", {"text": Slot("text")}, {"y": "nothing"}, "a few", packages, build, **more)


class Client:
    """A package client that delivers archives lying here, and counts."""

    def __init__(self, archives: dict[str, Path]) -> None:
        self.archives = archives
        self.calls: list[str] = []

    def __call__(self, package: Package, into: Path) -> Path:
        self.calls.append(package.name)
        return Path(shutil.copy(self.archives[package.name], into))
