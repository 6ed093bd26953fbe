"""One graph blended with another."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import View
from coview.modalities.graph.ragged import Flat, Graphs


def splice(own: View, other: View, share: Tensor) -> View:
    """The first `share` of one's own nodes beside the last `1 - share` of the other's, with the edges among each.

    Nodes of the two are not joined by edges. There are never more than either may have.

    Args:
        own: prepared.
        other: prepared, the same shape.
        share: `(B,)` from 0 to 1.

    Returns:
        The blends, there where both are.
    """
    a, b = own.value.flat(), other.value.flat()
    each = share[:, None].expand(own.present.shape).flatten().to(torch.float64)
    first = (each * a.count).ceil().long()
    rest = b.count - (each * b.count).ceil().long()
    head = a.select(a.place < first[a.graph])
    tail = b.select(b.place >= (b.count - rest)[b.graph])
    flat = _joined(head, tail)
    present = own.present & other.present
    value = Graphs.of(flat.select(present.flatten()[flat.graph]), tuple(present.shape), own.value.most)
    return own.with_value(value, present=present, length=value.count)


def _joined(a: Flat, b: Flat) -> Flat:
    """Each graph of `a` and the one of `b` in its place as one, that of `a` first."""
    count = a.count + b.count
    start = count.cumsum(0) - count
    at_a = start[a.graph] + a.place
    at_b = start[b.graph] + a.count[b.graph] + b.place
    x = a.x.new_zeros(len(a.x) + len(b.x), a.x.shape[1])
    x[at_a], x[at_b] = a.x, b.x
    edges = torch.cat([at_a[a.edges], at_b[b.edges]], 1)
    order = edges[0].argsort(stable=True)
    return Flat(x, edges[:, order], torch.cat([a.values, b.values])[order], count)
