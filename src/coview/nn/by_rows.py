"""Row by row work of `relate`, shared among processes, in tiles, recomputed in the backward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.utils.checkpoint import checkpoint

TILE_ELEMENTS = 1 << 24
"""Elements of one tile's row-by-shared matrix: 64 MiB in float32."""


def world() -> tuple[int, int]:
    """(rank, number of processes)."""
    return (dist.get_rank(), dist.get_world_size()) if dist.is_available() and dist.is_initialized() else (0, 1)


def tile_of(width: int) -> int:
    """Rows of a tile where the work of one row holds `width` elements at once."""
    return max(1, TILE_ELEMENTS // max(width, 1))


def share(n: int, rank: int, size: int) -> slice:
    """The rows of `n` that process `rank` of `size` takes: contiguous, as even as can be."""
    return slice(n * rank // size, n * (rank + 1) // size)


def by_rows(
    fn: Callable[..., Tensor],
    rows: tuple[Tensor, ...],
    shared: tuple[Any, ...] = (),
    *,
    tile: int | None = None,
) -> Tensor:
    """Applies `fn(*rows of a tile, *shared)` to this process's share of rows and joins what all processes found.

    No tile is kept for the backward: it is computed again, so that memory is one tile's, not the whole matrix's.
    Gradients come out right once the engine averages them over processes, for this work and for replicated work
    alike; the factor that makes it so is in here.

    Args:
        fn: from `n` rows (and `shared`, whole) to `(n, ...)`.
        rows: tensors `(N, ...)` cut into rows together.
        shared: what every row sees: tensors or anything else.
        tile: rows of one tile; by default as many as keep a tile's matrix of rows by shared[0] under 64 MiB. Where a
            row's work holds more than that, see `tile_of`.

    Raises:
        ValueError: rows of different lengths, or none.
    """
    n = len(rows[0])
    if any(len(r) != n for r in rows):
        raise ValueError(f"by_rows cuts its rows together; they have lengths {[len(r) for r in rows]}")
    rank, size = world()
    if tile is None:
        width = len(shared[0]) if shared and isinstance(shared[0], Tensor) and shared[0].ndim else n
        tile = tile_of(width)
    mine = share(n, rank, size)
    count = mine.stop - mine.start
    if size == 1 and count <= tile:
        return fn(*rows, *shared)
    parts: list[Tensor] = []
    for start in range(mine.start, mine.stop, tile):
        piece = tuple(r[start : min(start + tile, mine.stop)] for r in rows)
        if torch.is_grad_enabled() and count > tile:
            parts.append(checkpoint(fn, *piece, *shared, use_reentrant=False, preserve_rng_state=False))  # type: ignore[arg-type]
        else:
            parts.append(fn(*piece, *shared))
    if not parts:  # fewer rows than processes: an empty tile tells shape and dtype
        empty = fn(*(r[:0] for r in rows), *shared)
        parts = [empty]
    local = torch.cat(parts)
    return local if size == 1 else _JoinRows.apply(local, n)  # type: ignore[no-any-return]


class _JoinRows(torch.autograd.Function):
    """Every process's rows, in order; the gradient of one's own, times the number of processes."""

    @staticmethod
    def forward(ctx: Any, local: Tensor, n: int) -> Tensor:
        rank, size = world()
        ctx.mine, ctx.size = share(n, rank, size), size
        most = -(-n // size)
        padded = local.new_zeros(most, *local.shape[1:])
        padded[: len(local)] = local
        gathered = [torch.empty_like(padded) for _ in range(size)]
        dist.all_gather(gathered, padded)
        counts = [share(n, r, size) for r in range(size)]
        return torch.cat([g[: s.stop - s.start] for g, s in zip(gathered, counts, strict=True)])

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        return grads[0][ctx.mine] * ctx.size, None
