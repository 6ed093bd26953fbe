"""Losses are computed in float32 or better, whatever precision the encoders run in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import torch
from torch import Tensor

P = ParamSpec("P")
R = TypeVar("R")


def at_least_float32(equation: Callable[P, R]) -> Callable[P, R]:
    """An equation whose floating tensors are all brought to float32, or to float64 if one of them is float64.

    Autocast is off inside: it would send the equation's matrix products back to bfloat16. Tensors inside lists and
    tuples count as well; integers, booleans and Python numbers pass unchanged.
    """
    call: Callable[..., R] = equation  # casts change dtypes, not the parameters that P stands for

    @wraps(equation)
    def precise(*args: P.args, **kwargs: P.kwargs) -> R:
        tensors = [t for a in (*args, *kwargs.values()) for t in _floating(a)]
        dtype = torch.float64 if any(t.dtype == torch.float64 for t in tensors) else torch.float32
        device = tensors[0].device.type if tensors else "cpu"
        cast_args = [_cast(a, dtype) for a in args]
        cast_kwargs = {name: _cast(a, dtype) for name, a in kwargs.items()}
        if not torch.is_autocast_enabled(device):
            return call(*cast_args, **cast_kwargs)
        with torch.autocast(device, enabled=False):
            return call(*cast_args, **cast_kwargs)

    return precise


def _floating(value: object) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value] if value.is_floating_point() else []
    return [t for v in value for t in _floating(v)] if isinstance(value, list | tuple) else []


def _cast(value: object, dtype: torch.dtype) -> object:
    if isinstance(value, Tensor):
        return value.to(dtype) if value.is_floating_point() else value
    return [_cast(v, dtype) for v in value] if isinstance(value, list | tuple) else value
