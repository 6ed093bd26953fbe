"""One look blended with another, whatever it is made of."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.batch import View


def blend(own: View, other: View, share: Tensor) -> View:
    """`share * own + (1 - share) * other`: numbers are interpolated, symbols spliced.

    Of symbols the first `share` of one's own are followed by the last `1 - share` of the other's. Sequences of numbers
    are as long as the longer one, the shorter one's padding counting as it stands.

    Args:
        own: prepared `(B, V, ...)`.
        other: prepared, the same shape.
        share: `(B,)` from 0 to 1.

    Returns:
        The blends, there where both are.
    """
    present = own.present & other.present
    if own.value.is_floating_point():
        weight = share.to(own.value.dtype).view(-1, *[1] * (own.value.ndim - 1))
        length = None if own.length is None or other.length is None else torch.maximum(own.length, other.length)
        return own.with_value(torch.lerp(other.value, own.value, weight), present=present, length=length)
    return splice(own, other, share)


def splice(own: View, other: View, share: Tensor) -> View:
    """Sequences `(B, V, T, ...)`: the first `share (B,)` of one, the end of the other; never more than T positions."""
    present = own.present & other.present
    assert own.length is not None
    assert other.length is not None
    first = (share[:, None] * own.length).ceil().long()
    rest = other.length - (share[:, None] * other.length).ceil().long()  # never more than the longer with `first`
    length = torch.where(present, first + rest, 0)
    at = torch.arange(own.value.shape[2], device=share.device).expand(own.value.shape[:3])
    in_other = (at - first[..., None] + (other.length - rest)[..., None]).clamp(0, own.value.shape[2] - 1)
    rest_of_other = other.value.gather(2, _beside(in_other, own.value).expand_as(own.value))
    value = torch.where(_beside(at < first[..., None], own.value), own.value, rest_of_other)
    value = value.masked_fill(_beside(at >= length[..., None], own.value), 0)
    return own.with_value(value, present=present, length=length)


def _beside(x: Tensor, value: Tensor) -> Tensor:
    """`(B, V, T)` with an axis for each further one of the value."""
    return x.view(*x.shape, *[1] * (value.ndim - 3))
