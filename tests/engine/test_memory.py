"""Memory kept from step to step."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource, torch
from coview.engine.memory import keep_freed_memory
torch.set_num_threads(1)
kept = keep_freed_memory()
work = lambda: torch.zeros(1 << 24).add_(1)  # 64 MB: above what glibc keeps by itself
for _ in range(8):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(8):
    work()
print(kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(**variables: str) -> tuple[bool, int]:
    told = subprocess.run(
        [sys.executable, "-c", FAULTS], env={**os.environ, **variables}, capture_output=True, text=True, check=True
    )
    kept, count = told.stdout.split()
    return kept == "True", int(count)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_large_blocks_are_not_asked_for_anew():
    kept, count = faults()
    assert kept
    assert count < 4 * 16_384  # pages of half of the blocks


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_what_is_kept_is_handed_back():
    code = (
        "import torch, coview; from pathlib import Path\n"
        "held = lambda: int(Path('/proc/self/statm').read_text().split()[1]) * 4096\n"
        "from coview.engine.memory import hand_back_freed_memory, keep_freed_memory\n"
        "keep_freed_memory(); torch.zeros(1 << 26).add_(1); before = held()\n"
        "hand_back_freed_memory(); print(before - held())"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(told.stdout) > 200 << 20


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_what_the_user_has_set_stays():
    kept, count = faults(MALLOC_MMAP_MAX_="65536")
    assert not kept
    assert count >= 8 * 16_384
