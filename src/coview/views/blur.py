"""Gaussian blur, each picture with its own width."""

from __future__ import annotations

import torch
from torch import Tensor


def blur(pixels: Tensor, sigma: Tensor) -> Tensor:
    """Blurs pictures; at the border the kernel is cut and normalised again.

    The kernel of every row and column is one matrix, so that any width is two matrix products.

    Args:
        pixels: `(N, C, H, W)` float.
        sigma: `(N,)` standard deviation in pixels; those of 0 stay as they are.

    Returns:
        `(N, C, H, W)`.
    """
    soft = (sigma > 0).nonzero()[:, 0]
    if not len(soft):
        return pixels
    chosen, width = pixels[soft], sigma[soft]
    rows, columns = _kernel(pixels.shape[2], width), _kernel(pixels.shape[3], width)
    with torch.autocast(pixels.device.type, enabled=False):
        blurred = rows[:, None] @ (chosen @ columns[:, None].transpose(2, 3))
    return pixels.index_copy(0, soft, blurred)


def _kernel(size: int, sigma: Tensor) -> Tensor:
    """`(N, size, size)`: row i holds the Gaussian weights of every position around i."""
    at = torch.arange(size, device=sigma.device, dtype=sigma.dtype)
    apart = (at[:, None] - at[None]) / sigma[:, None, None]
    weight = (-apart.square() / 2).exp()
    return weight / weight.sum(-1, keepdim=True)
