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
        other: prepared, the same shape; `view[partner]` for mixup.
        share: `(B,)` from 0 to 1.

    Returns:
        The blends, there where both are.
    """
    present = own.present & other.present
    if own.value.is_floating_point():
        weight = share.to(own.value.dtype).view(-1, *[1] * (own.value.ndim - 1))
        length = None if own.length is None or other.length is None else torch.maximum(own.length, other.length)
        return own.with_value(torch.lerp(other.value, own.value, weight), present=present, length=length)
    return _splice(own, other, share, present)


def _splice(own: View, other: View, share: Tensor, present: Tensor) -> View:
    """Symbols `(B, V, T)`: the beginning of one, the end of the other; never more than T of them."""
    assert own.length is not None
    assert other.length is not None
    first = (share[:, None] * own.length).ceil().long()
    rest = other.length - (share[:, None] * other.length).ceil().long()  # never more than the longer with `first`
    position = torch.arange(own.value.shape[2], device=share.device).expand_as(own.value)
    in_other = (position - first[..., None] + (other.length - rest)[..., None]).clamp(0, own.value.shape[2] - 1)
    value = torch.where(position < first[..., None], own.value, other.value.gather(2, in_other))
    length = torch.where(present, first + rest, 0)
    value = value.masked_fill(position >= length[..., None], 0)
    return own.with_value(value, present=present, length=length)
