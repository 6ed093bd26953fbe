"""`coview doctor`: what works on this machine, and what would mend the rest."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from typing import Any

from coview.cli.parser import Parser
from coview.cli.terminal import say, say_json

FOR_DEVELOPERS = ("all", "test", "dev", "docs")
"""Extras that are made of others, or of no use to who uses the library."""


def run(words: Sequence[str]) -> int:
    """The command."""
    parser = Parser(prog="coview doctor", description="What works here, and what would mend the rest.")
    parser.add_argument("--json", action="store_true", help="as JSON")
    asked = parser.read(words)
    found = examine()
    if asked.json:
        say_json(found)
    else:
        for check in found:
            style = None if check["works"] else "yellow"
            say(f"{'✓' if check['works'] else '-'} {check['what']:<22} {check['found']}", style)
            if not check["works"] and check["mend"]:
                say(f"  {'':<22} {check['mend']}", "dim")
    return 0 if all(check["works"] or check["optional"] for check in found) else 3


def examine() -> list[dict[str, Any]]:
    """Every check: what, whether it works, what was found, what would mend it, whether one can do without."""
    return [*_core(), *_machine(), *_extras(), *_clients(), _cache()]


def _check(what: str, works: bool, found: str, mend: str = "", optional: bool = False) -> dict[str, Any]:
    return {"what": what, "works": works, "found": found, "mend": mend, "optional": optional}


def _core() -> list[dict[str, Any]]:
    checks = [_check("python", True, f"{platform.python_version()} on {platform.system()} {platform.machine()}")]
    for package in ("coview", "torch", "torchvision", "timm", "lightning-fabric", "scikit-learn", "pyarrow"):
        installed = _version(package)
        checks.append(_check(package, installed is not None, installed or "not installed", f"pip install {package}"))
    return checks


def _machine() -> list[dict[str, Any]]:
    if _version("torch") is None:
        return []
    import torch

    from coview.engine.devices import has_bf16, physical_cores

    bf16 = has_bf16(torch.device("cpu"))
    cuda = torch.cuda.is_available()
    names = ", ".join(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())) if cuda else ""
    cores = physical_cores()
    note = f"; OMP_NUM_THREADS={os.environ['OMP_NUM_THREADS']}" if "OMP_NUM_THREADS" in os.environ else ""
    return [
        _check("threads", True, f"{cores} physical cores, torch uses {torch.get_num_threads()}{note}"),
        _check(
            "bf16 on the processor", bf16, "in hardware" if bf16 else "not in hardware",
            "--precision auto computes in 32 bits here", optional=True,
        ),
        _check("GPU", cuda, names or "none that torch can use", "the processor is used", optional=True),
    ]  # fmt: skip


def _extras() -> list[dict[str, Any]]:
    """The extras by what their requirements say."""
    from packaging.requirements import Requirement

    try:
        declared = [Requirement(r) for r in requires("coview") or ()]
    except PackageNotFoundError:
        return []
    checks = []
    for extra in metadata("coview").get_all("Provides-Extra") or ():
        if extra in FOR_DEVELOPERS:
            continue
        needed = [r.name for r in declared if r.marker is not None and r.marker.evaluate({"extra": extra})]
        missing = [name for name in needed if _version(name) is None]
        told = "installed" if not missing else f"lacks {', '.join(missing)}"
        checks.append(_check(f"extra {extra}", not missing, told, f"pip install 'coview[{extra}]'", optional=True))
    return checks


def _clients() -> list[dict[str, Any]]:
    from coview.data import catalog
    from coview.data.catalog.store.clients import available

    needs = {name: catalog.describe(name)["needs"] for name in catalog.names()}
    checks = []
    for client in ("pip", "npm", "apt"):
        used = ", ".join(name for name, clients in needs.items() if client in clients) or "nothing"
        has = available(client)
        mend = f"without it these cannot be fetched: {used}"
        checks.append(_check(client, has, f"fetches {used}" if has else "not here", mend, optional=True))
    return checks


def _cache() -> dict[str, Any]:
    from coview.data.catalog.store.stock import cache_dir

    folder = cache_dir()
    nearest = next(p for p in (folder, *folder.parents) if p.exists())
    writable = os.access(nearest, os.W_OK)
    return _check("cache", writable, str(folder), "set COVIEW_CACHE to a folder that you may write")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
