"""Features of all chunks of all processes, joined into one batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import torch
from torch import Tensor

from coview.engine.processes import exchange, gather_rows, pad_to


def join(
    chunks: Sequence[dict[str, Tensor]], graphs: set[str], rows: Sequence[int], device: torch.device, word: Any
) -> tuple[dict[str, Tensor], set[str], list[Any]]:
    """Joins features by name, in the order of chunks and processes; later axes are padded to the widest.

    Half precision is widened to float32: what meets the other samples is computed in full.

    Args:
        chunks: this process's, each `(n, ...)` by name; a process may have none.
        graphs: names of those that have a graph.
        rows: how many samples each process has.
        device: where an empty process's features would be.
        word: anything small and picklable that the others must know; it travels in the same message.

    Returns:
        `(B, ...)` by name, the names that have a graph on any process, and every process's word.
    """
    parts: dict[str, list[Tensor]] = {}
    for features in chunks:
        for name, value in features.items():
            wide = value.float() if value.dtype in (torch.bfloat16, torch.float16) else value
            parts.setdefault(name, []).append(wide)
    mine = {n: torch.cat([pad_to(p, _widest([q.shape[1:] for q in each])) for p in each]) for n, each in parts.items()}
    about = {n: (tuple(t.shape[1:]), t.dtype, n in graphs) for n, t in mine.items()}
    told = exchange((about, word))
    if len(told) == 1:
        return mine, graphs, [word]
    everyone = {n: [a[n] for a, _ in told if n in a] for n in sorted({n for a, _ in told for n in a})}
    for name, theirs in everyone.items():
        shape = _widest([s for s, _, _ in theirs])
        dtype = reduce(torch.promote_types, (d for _, d, _ in theirs))
        own = mine.get(name, torch.zeros(0, *shape, dtype=dtype, device=device))
        mine[name] = pad_to(own.to(dtype), shape)
    graphs = {n for n, theirs in everyone.items() if any(has for _, _, has in theirs)}
    return gather_rows(mine, rows), graphs, [theirs for _, theirs in told]


def _widest(shapes: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(max(axis) for axis in zip(*shapes, strict=True))
