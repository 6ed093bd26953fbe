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


WHOLE_FIT = """
import resource, numpy, torch
import coview
pictures = numpy.random.default_rng(0).integers(0, 255, (8, 16, 16, 3), dtype=numpy.uint8)
coview.fit("simclr", {"image": pictures}, steps=1, batch_size=4, threads=1, encoder_options={"dim": 16}, device="cpu")
work = lambda: torch.zeros(1 << 22).add_(1)  # 16 MB: what the thresholds decide on
for _ in range(8):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(8):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
@pytest.mark.parametrize(
    ("variables", "kept"),
    [
        ({}, True),
        ({"MALLOC_TRIM_THRESHOLD_": "131072"}, False),
        ({"MALLOC_MMAP_THRESHOLD_": "131072"}, False),
        ({"GLIBC_TUNABLES": "glibc.malloc.trim_threshold=131072"}, False),
        ({"GLIBC_TUNABLES": "glibc.malloc.tcache_count=4"}, True),
    ],
)
def test_what_the_user_has_set_stays_through_a_whole_fit(variables: dict[str, str], kept: bool) -> None:
    told = subprocess.run(
        [sys.executable, "-c", WHOLE_FIT], env={**os.environ, **variables}, capture_output=True, text=True, check=True
    )
    assert (int(told.stdout) < 4 * 4096) == kept  # pages of half of the blocks
