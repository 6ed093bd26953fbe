"""What every benchmark writes beside its numbers: versions, machine, load, commit, command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from coview.engine.config import versions
from coview.engine.devices import has_bf16, physical_cores
from coview.papers.reproduce import processor

ROOT = Path(__file__).resolve().parent.parent
PEERS = ("lightly", "stable-pretraining")


def circumstances(load_before: tuple[float, ...], threads: int, device: str = "cpu") -> dict[str, Any]:
    """Under what the numbers came about.

    Args:
        load_before: `os.getloadavg()` at the start; the one at the end is taken here.
        threads: of torch.
        device: cpu or cuda.
    """
    import torch

    found = versions() | {peer: _version(peer) for peer in PEERS}
    return {
        "command": " ".join(["python", *(_relative(w) for w in _without_out(sys.argv))]),
        "commit": _git("rev-parse", "--short", "HEAD"),
        "uncommitted changes": bool(_git("status", "--porcelain", "--", "src", "benchmarks")),
        "machine": {
            "processor": processor(),
            "cores": physical_cores(),
            "threads": threads,
            "bf16 in hardware": has_bf16(torch.device(device)),
            "device": torch.cuda.get_device_name() if device == "cuda" else "cpu",
            "load average before": [round(x, 2) for x in load_before],
            "load average after": [round(x, 2) for x in os.getloadavg()],
        },
        "versions": found,
    }


def save(name: str, found: dict[str, Any], out: str | None) -> Path:
    """Writes a result as JSON; by default under results/benchmarks."""
    path = Path(out) if out else ROOT / "results" / "benchmarks" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n")
    return path


def rss(peak: bool = False) -> int:
    """Bytes of memory this process has resident now, or had at most since it began (Linux)."""
    field = "VmHWM:" if peak else "VmRSS:"
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise OSError(f"/proc/self/status has no {field}")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _without_out(words: list[str]) -> list[str]:
    """A command without where it wrote to, which concerns nobody else."""
    return [w for i, w in enumerate(words) if w != "--out" and (i == 0 or words[i - 1] != "--out")]


def _relative(word: str) -> str:
    path = Path(word)
    return os.path.relpath(path, ROOT) if path.is_absolute() and path.is_relative_to(ROOT) else word


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
