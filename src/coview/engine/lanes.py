"""Lanes: gradients of their own, for turns and for balance."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager

from torch import Tensor

Lanes = Callable[[str], dict[Hashable, float]]
"""Loss name -> the lanes it is added to, with its weight in each."""


def one_lane(_: str) -> dict[Hashable, float]:
    """Every loss, +1, in one gradient."""
    return {0: 1.0}


class LaneGrads(AbstractContextManager[None]):
    """While open, `.grad` of the parameters is one lane's; afterwards None again.

    Args:
        parameters: of the method.
        store: the lane's gradients so far, one for each parameter; what is added is left in it.
    """

    def __init__(self, parameters: list[Tensor], store: list[Tensor | None]) -> None:
        self.parameters, self.store = parameters, store

    def __enter__(self) -> None:
        for p, g in zip(self.parameters, self.store, strict=True):
            p.grad = g

    def __exit__(self, *exc: object) -> None:
        for i, p in enumerate(self.parameters):
            self.store[i] = p.grad
            p.grad = None
