"""Grids of values cut into patches, and put together again: pictures, rasters, clips, volumes."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor


def cut_patches(value: Tensor, grid: Sequence[int], sides: Sequence[int]) -> Tensor:
    """Patches in the order of their grid, each value after value, of every value all channels.

    Args:
        value: `(B, V, C, *extents)`.
        grid: how many patches there are along each axis.
        sides: of a patch along each of the axes after the channels.

    Returns:
        `(B, V, T, P)`; T is the number of patches, P the product of the sides times C.
    """
    axes = len(sides)
    for axis, pair in enumerate(zip(grid, sides, strict=True)):  # B V C grid side grid side ...
        value = value.unflatten(3 + 2 * axis, pair)
    cells, within = range(3, 3 + 2 * axes, 2), range(4, 4 + 2 * axes, 2)
    return value.permute(0, 1, *cells, *within, 2).flatten(2 + axes).flatten(2, 1 + axes)


def join_patches(tokens: Tensor, grid: Sequence[int], sides: Sequence[int]) -> Tensor:
    """What `cut_patches` was given: `(B, V, T, P)` -> `(B, V, C, *extents)`.

    Args:
        tokens: patches.
        grid: how many there are along each axis.
        sides: of a patch along each axis.
    """
    axes = len(sides)
    cut = tokens.unflatten(-1, (*sides, -1)).unflatten(2, tuple(grid))  # B V grid ... side ... C
    pairs = [at for axis in range(axes) for at in (2 + axis, 2 + axes + axis)]
    value = cut.permute(0, 1, 2 + 2 * axes, *pairs)
    for axis in range(axes):
        value = value.flatten(3 + axis, 4 + axis)
    return value
