"""Sums and products along the edges of a large graph, without a vector for each edge.

A gather along E edges of D numbers each takes E times D memory in the forward and again in the backward. Sparse matrix
products take the nodes' and E, and are each other's gradients.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.utils.flop_counter import register_flop_formula

from coview.losses.precision import at_least_float32

if TYPE_CHECKING:
    from coview.modalities.graph.wiring import Wiring

TILE = 8192
"""Edges at a time where no library multiplies at them."""


@at_least_float32
def edge_sum(weight: Tensor, x: Tensor, wiring: Wiring) -> Tensor:
    """What each node hears: the sum over its neighbours j of `w_ij x_j`.

    Args:
        weight: `(2E,)`, of each edge at each of its ends, in the order of `wiring.ends`.
        x: `(N, D)`.
        wiring: of the nodes.
    """
    return _sum(weight, x, wiring.start, wiring.ends, wiring.reverse)


@at_least_float32
def edge_dot(a: Tensor, b: Tensor, wiring: Wiring) -> Tensor:
    """`a_i . b_j` of each edge, from both of its ends: `(N, D)`, `(N, D)` -> `(2E,)`."""
    return _dot(a, b, wiring.start, wiring.ends, wiring.reverse)


def thinned_weight(wiring: Wiring, kept: Tensor) -> Tensor:
    """`Wiring.symmetric` of a graph with some edges left out: `(2E,)` float32, 0 for those.

    Args:
        wiring: the whole graph.
        kept: `(2E,)` bool, the edges that there are, alike both ways.
    """
    there = kept.float()
    degree = there.new_zeros(len(wiring)).index_add_(0, wiring.rows, there)
    root = degree.clamp_min(1).rsqrt()
    return root[wiring.rows] * root[wiring.ends.long()] * there


@torch.library.custom_op("coview::edge_sum", mutates_args=())
def _sum(weight: Tensor, x: Tensor, start: Tensor, ends: Tensor, reverse: Tensor) -> Tensor:
    return torch.sparse.mm(_matrix(weight, start, ends), x)


@torch.library.custom_op("coview::edge_dot", mutates_args=())
def _dot(a: Tensor, b: Tensor, start: Tensor, ends: Tensor, reverse: Tensor) -> Tensor:
    if a.is_cuda or torch.backends.mkl.is_available():
        empty = _matrix(a.new_zeros(len(ends)), start, ends)
        return torch.sparse.sampled_addmm(empty, a.contiguous(), b.T.contiguous()).values().clone()
    rows = torch.arange(len(start) - 1, device=ends.device).repeat_interleave(start.diff())
    tiles = zip(rows.split(TILE), ends.long().split(TILE), strict=True)
    return torch.cat([a.new_zeros(0), *((a[i] * b[j]).sum(1) for i, j in tiles)])


def _matrix(weight: Tensor, start: Tensor, ends: Tensor) -> Tensor:
    with warnings.catch_warnings():  # torch calls the layout new; what is used of it is tested here
        warnings.simplefilter("ignore", UserWarning)
        size = (len(start) - 1,) * 2
        return torch.sparse_csr_tensor(start, ends.to(start.dtype), weight, size, check_invariants=False)


def _keep(ctx: Any, inputs: tuple[Tensor, ...], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _sum_back(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    weight, x, *where = ctx.saved_tensors
    at_weight = _dot(grad, x, *where) if ctx.needs_input_grad[0] else None
    at_x = _sum(weight[where[2]], grad, *where) if ctx.needs_input_grad[1] else None
    return at_weight, at_x, None, None, None


def _dot_back(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
    a, b, *where = ctx.saved_tensors
    at_a = _sum(grad, b, *where) if ctx.needs_input_grad[0] else None
    at_b = _sum(grad[where[2]], a, *where) if ctx.needs_input_grad[1] else None
    return at_a, at_b, None, None, None


_sum.register_autograd(_sum_back, setup_context=_keep)
_dot.register_autograd(_dot_back, setup_context=_keep)


@register_flop_formula(torch.ops.coview.edge_sum)
def _flops_of_sum(weight: Any, x: Any, *where: Any, **how: Any) -> int:
    return 2 * math.prod(weight) * x[1]


@register_flop_formula(torch.ops.coview.edge_dot)
def _flops_of_dot(a: Any, b: Any, start: Any, ends: Any, *where: Any, **how: Any) -> int:
    return 2 * math.prod(ends) * a[1]
