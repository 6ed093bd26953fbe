"""A method's encoders without its heads."""

from __future__ import annotations

from coview.methods.base import Method
from coview.nn.slot_dict import SlotDict


class EncodersAlone(Method):
    """What probes of a claim read: each encoder's pooled features, a space of its own for each slot.

    Args:
        method: whose encoders; they are shared, not copied.
    """

    def __init__(self, method: Method) -> None:
        super().__init__()
        self.encoders = SlotDict(dict(method.slot_encoders()))
