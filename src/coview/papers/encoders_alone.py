"""A method's encoders without its heads."""

from __future__ import annotations

from torch import nn

from coview.methods.base import Method


class EncodersAlone(Method):
    """What probes of a claim read: each encoder's pooled features, a space of its own for each slot.

    Args:
        method: whose encoders; they are shared, not copied.
    """

    def __init__(self, method: Method) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict(dict(method.slot_encoders()))
