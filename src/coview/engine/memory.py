"""Memory that a process keeps, instead of handing it back and asking for it anew at every step."""

from __future__ import annotations

import ctypes
import os
from typing import Any

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # of malloc.h
_USERS = ("mmap_max", "mmap_threshold", "trim_threshold")


def keep_freed_memory() -> bool:
    """Has glibc's allocator keep what is freed for what is asked for next, and says whether it does.

    It maps every block above 32 MB by itself and unmaps it when freed, so that the kernel fills the activations' pages
    with zeros at every step: for clouds of points, or videos, longer than the computing takes. The process's peak stays
    what it was. Elsewhere, and where the user has set one of `MALLOC_MMAP_MAX_`, `MALLOC_MMAP_THRESHOLD_` and
    `MALLOC_TRIM_THRESHOLD_`, or the same in `GLIBC_TUNABLES`, nothing is changed.
    """
    tunables = os.environ.get("GLIBC_TUNABLES", "")
    if any(f"MALLOC_{name.upper()}_" in os.environ or f"glibc.malloc.{name}=" in tunables for name in _USERS):
        return False
    mallopt = _of_glibc("mallopt")
    return mallopt is not None and bool(mallopt(_MMAP_MAX, 0)) and bool(mallopt(_TRIM_THRESHOLD, -1))


def hand_back_freed_memory() -> None:
    """Gives what is kept and unused back to the system, at the end of what needed it."""
    trim = _of_glibc("malloc_trim")
    if trim is not None:
        trim(0)


def _of_glibc(name: str) -> Any:
    """A function of the C library, or None where it is not glibc."""
    return getattr(ctypes.CDLL(None), name, None) if os.name == "posix" else None
