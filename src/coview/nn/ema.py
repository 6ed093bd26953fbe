"""Teachers: slow copies of a student, moved once a step."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

M = TypeVar("M", bound=nn.Module)


class Memo:
    """What teachers said of one chunk in the first pass, so that the second pass need not ask again.

    The engine opens one around each chunk; calls are matched by their order, which is the same in both passes.
    """

    current: Memo | None = None

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.at = 0
        self.replaying = False

    def __enter__(self) -> Memo:
        Memo.current = self
        self.at = 0
        return self

    def __exit__(self, *exc: object) -> None:
        Memo.current = None
        self.replaying = True

    def recall(self, ask: Callable[[], Any]) -> Any:
        """The answer of this call in the first pass, or a new one."""
        if self.replaying:
            self.at += 1
            return self.said[self.at - 1]
        answer = ask()
        self.said.append(answer)
        return answer


class Teacher(nn.Module, Generic[M]):
    """A copy of a module without gradient: `teacher(x)` is what it says, carried and not computed twice.

    Args:
        student: the module copied (an encoder, a head).
    """

    module: M

    def __init__(self, student: M) -> None:
        super().__init__()
        self.module = copy.deepcopy(student).requires_grad_(False)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """The copy's output, without a graph."""

        def ask() -> Any:
            with torch.no_grad():
                return self.module(*args, **kwargs)

        return Memo.current.recall(ask) if Memo.current is not None else ask()

    @torch.no_grad()
    def follow(self, student: nn.Module, momentum: float) -> None:
        """Moves towards the student: p <- m p + (1 - m) student. Buffers (batch statistics) are its own."""
        mine: list[Tensor] = list(self.module.parameters())
        torch._foreach_lerp_(mine, [p.detach() for p in student.parameters()], 1 - momentum)


def cosine_momentum(start: float, progress: float) -> float:
    """A momentum that rises from `start` to 1 along half a cosine (BYOL, Grill et al. 2020, section 3.3)."""
    return 1 - (1 - start) * (1 + math.cos(math.pi * progress)) / 2
