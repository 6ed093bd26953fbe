"""Decoded data kept between runs, in the cache folder: bounded, the least recently used let go first."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from coview.atomic import landing_file
from coview.data.catalog.store.stock import cache_dir
from coview.errors import UserError

LIMIT_GB = 16.0
"""Bytes kept at most, in 1e9, where `$COVIEW_DECODED_GB` does not say."""

_ENDING = ".safetensors"


@dataclass(frozen=True)
class Entry:
    """Something kept.

    Args:
        told: as JSON has it.
        tensors: by name, mapped from the file: what is not looked at is not read.
    """

    told: dict[str, Any]
    tensors: dict[str, Tensor]


class Decoded:
    """Entries by key in a folder, one file each, which appears whole or not at all.

    Any number of processes may use it at once: of those that keep the same key the last one wins. What cannot be
    kept (no room, no permission) is not, and what cannot be read is not there.

    Args:
        folder: that holds them; made when the first is kept.
        limit: bytes of all entries together.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit

    def get(self, key: str) -> Entry | None:
        """The entry of a key, from now on the most recently used; None where there is none."""
        from safetensors import SafetensorError, safe_open

        path = self._path(key)
        try:
            with safe_open(path, "pt") as held:
                told = json.loads(held.metadata()["told"])
                tensors = {name: held.get_tensor(name) for name in held.keys()}  # noqa: SIM118 - it is no mapping
            os.utime(path)
        except (OSError, SafetensorError, ValueError, KeyError, TypeError):
            return None
        return Entry(told, tensors)

    def put(self, key: str, told: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> bool:
        """Keeps an entry, letting go of others where that makes room; False where it could not be kept."""
        from safetensors import SafetensorError
        from safetensors.torch import save_file

        size = sum(tensor.nbytes for tensor in tensors.values())
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if size > self.limit or 2 * size > shutil.disk_usage(self.folder).free:
                return False
            with landing_file(self._path(key)) as draft:
                self._make_room(size)
                plain = {key: tensor.contiguous() for key, tensor in tensors.items()}
                save_file(plain, draft, metadata={"told": json.dumps(told)})
        except (OSError, SafetensorError):
            return False
        return True

    def size(self) -> int:
        """Bytes of all entries."""
        return sum(size for _, size, _ in self._entries())

    def clear(self) -> int:
        """Lets go of everything; the bytes that it took. Runs that read from it go on."""
        freed = self.size()
        shutil.rmtree(self.folder, ignore_errors=True)
        return freed

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}{_ENDING}"

    def _entries(self) -> list[tuple[Path, int, float]]:
        """(file, bytes, when it was last used), the least recently used first; also what was left half written."""
        found: list[tuple[Path, int, float]] = []
        try:
            for entry in os.scandir(self.folder):
                if entry.name.endswith(_ENDING) or entry.name.startswith(".writing-"):
                    told = entry.stat()
                    found.append((Path(entry.path), told.st_size, told.st_mtime))
        except OSError:  # not there, or another process has just let go of one
            pass
        return sorted(found, key=lambda entry: entry[2])

    def _make_room(self, size: int) -> None:
        entries = self._entries()
        total = sum(each for _, each, _ in entries)
        for path, each, _ in entries:
            if total + size > self.limit and not path.name.startswith(".writing-"):
                path.unlink(missing_ok=True)
                total -= each


def decoded() -> Decoded:
    """What this machine's user keeps: in `decoded` of the cache folder, up to `$COVIEW_DECODED_GB` (0: nothing).

    Raises:
        UserError: the variable is no number.
    """
    said = os.environ.get("COVIEW_DECODED_GB", "").strip()
    try:
        limit = float(said) if said else LIMIT_GB
    except ValueError:
        limit = -1.0
    if not 0 <= limit < float("inf"):
        raise UserError(f"COVIEW_DECODED_GB is {said!r}; give the GB of decoded data to keep at most, 0 for none")
    return Decoded(cache_dir() / "decoded", int(limit * 1e9))
