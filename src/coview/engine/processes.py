"""What processes tell each other: one gather of features, one reduction of gradients, nothing else."""

from __future__ import annotations

import atexit
import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from coview.nn.by_rows import share, world

__all__ = [
    "average", "exchange", "gather_rows", "leave_at_exit", "my_chunks", "pad_to", "reduce_gradients", "sum_tensors",
    "world",
]  # fmt: skip


def leave_at_exit() -> None:
    """Has this process leave its group, if it is in one, before Python ends.

    The threads of a group outlive a short run by an instant, and Python that ends under them aborts now and then.
    """
    atexit.unregister(_leave)
    atexit.register(_leave)


def _leave() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


def my_chunks(batch: int, chunk: int) -> list[slice]:
    """The chunks of a step that this process takes, whole, as slices of the step's samples.

    The cut is the same for any number of processes; a process may get none.
    """
    count = math.ceil(batch / chunk)
    rank, size = world()
    mine = share(count, rank, size)
    return [slice(i * chunk, min((i + 1) * chunk, batch)) for i in range(mine.start, mine.stop)]


def exchange(thing: Any) -> list[Any]:
    """Every process's small picklable `thing`, in the order of the processes."""
    size = world()[1]
    if size == 1:
        return [thing]
    things: list[Any] = [None] * size
    dist.all_gather_object(things, thing)
    return things


def pad_to(x: Tensor, trailing: Sequence[int]) -> Tensor:
    """`(N, ...)` padded with zeros at the ends of its later axes: `(N, *trailing)`."""
    if tuple(x.shape[1:]) == tuple(trailing):
        return x
    pads = [p for have, want in zip(reversed(x.shape[1:]), reversed(trailing), strict=True) for p in (0, want - have)]
    return torch.nn.functional.pad(x, pads)


def gather_rows(mine: dict[str, Tensor], rows: Sequence[int]) -> dict[str, Tensor]:
    """Rows of all processes, in order.

    All tensors travel as one block of bytes. Names, dtypes and trailing shapes must be the same on every process.

    Args:
        mine: `(rows[rank], ...)` by name.
        rows: how many rows each process has.
    """
    rank, size = world()
    if size == 1:
        return mine
    names = sorted(mine)
    widths = {n: math.prod(mine[n].shape[1:]) * mine[n].element_size() for n in names}
    row_bytes = sum(widths.values())
    some = mine[names[0]]
    block = torch.zeros(max(rows), row_bytes, dtype=torch.uint8, device=some.device)
    at = 0
    for n in names:
        if mine[n].numel():
            flat = mine[n].contiguous().view(rows[rank], -1)
            block[: rows[rank], at : at + widths[n]] = flat.view(torch.uint8)
        at += widths[n]
    blocks = [torch.empty_like(block) for _ in range(size)]
    dist.all_gather(blocks, block)
    joined = torch.cat([b[:r] for b, r in zip(blocks, rows, strict=True)])
    found: dict[str, Tensor] = {}
    at = 0
    for n in names:
        part = joined[:, at : at + widths[n]].contiguous()
        found[n] = part.view(mine[n].dtype).view(len(joined), *mine[n].shape[1:])
        at += widths[n]
    return found


def sum_tensors(tensors: Sequence[Tensor]) -> None:
    """Sums each tensor over processes, in place, in one message for each dtype."""
    if world()[1] == 1 or not tensors:
        return
    for dtype in sorted({t.dtype for t in tensors}, key=str):
        same = [t for t in tensors if t.dtype == dtype]
        flat = torch.cat([t.reshape(-1) for t in same])
        dist.all_reduce(flat)
        for t, part in zip(same, flat.split([t.numel() for t in same]), strict=True):
            t.copy_(part.view_as(t))


def average(tensors: Sequence[Tensor]) -> None:
    """The mean of each tensor over processes, in place."""
    sum_tensors(tensors)
    size = world()[1]
    if size > 1:
        torch._foreach_div_(list(tensors), size)


def reduce_gradients(gradients: list[Tensor | None], like: Sequence[Tensor]) -> list[Tensor | None]:
    """Sums gradients over processes. One that no process has stays None; one that some lack counts as zero there."""
    if world()[1] == 1:
        return gradients
    device = like[0].device
    has = torch.tensor([g is not None for g in gradients], dtype=torch.int32, device=device)
    dist.all_reduce(has, op=dist.ReduceOp.MAX)
    full = [
        (torch.zeros_like(p) if g is None else g) if wanted else None
        for g, p, wanted in zip(gradients, like, has.tolist(), strict=True)
    ]
    sum_tensors([g for g in full if g is not None])
    return full
