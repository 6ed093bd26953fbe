"""Keyed draws: random numbers that depend on (seed, step, name, sample) and on nothing else.

Not on chunks, processes, workers or a restart: a draw is a hash of its key, so that any machine that meets the
sample in this step draws the same. The hash is SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom
Number Generators", OOPSLA 2014, doi 10.1145/2660193.2660195), used as a counter-based generator.
"""

from __future__ import annotations

import math
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import torch
from torch import Tensor

from coview.views.order import ascending, ordered

_GAMMA = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB
_MASK = (1 << 64) - 1


def _signed(x: int) -> int:
    return x - (1 << 64) if x >> 63 else x


def _mix_int(x: int) -> int:
    x = (x + _GAMMA) & _MASK
    x = ((x ^ (x >> 30)) * _MIX_1) & _MASK
    x = ((x ^ (x >> 27)) * _MIX_2) & _MASK
    return x ^ (x >> 31)


def _shift(x: Tensor, by: int) -> Tensor:
    """Logical right shift of int64."""
    return (x >> by) & ((1 << (64 - by)) - 1)


def mix(x: Tensor) -> Tensor:
    """SplitMix64's finaliser on int64 of any shape, wrapping like uint64."""
    if x.device.type == "cpu":
        return torch.from_numpy(_mix_unsigned(x.numpy().view(np.uint64)).view(np.int64))
    x = x + _signed(_GAMMA)
    x = (x ^ _shift(x, 30)) * _signed(_MIX_1)
    x = (x ^ _shift(x, 27)) * _signed(_MIX_2)
    return x ^ _shift(x, 31)


def _mix_unsigned(x: np.ndarray) -> np.ndarray:
    """The same of uint64, in less than half of torch's time: it shifts in zeros by itself, and works in place."""
    x = np.add(x, np.uint64(_GAMMA), out=np.empty_like(x))
    shifted = np.empty_like(x)
    x ^= np.right_shift(x, np.uint64(30), out=shifted)
    x *= np.uint64(_MIX_1)
    x ^= np.right_shift(x, np.uint64(27), out=shifted)
    x *= np.uint64(_MIX_2)
    x ^= np.right_shift(x, np.uint64(31), out=shifted)
    return x


@lru_cache(maxsize=4096)
def name_hash(name: str) -> int:
    """A 64-bit hash of a name, the same in every process and run."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def combine(*parts: int) -> int:
    """One signed 64-bit key from several integers; the order matters."""
    state = 0
    for part in parts:
        state = _mix_int(state ^ (part & _MASK))
    return _signed(state)


def occurrence_keys(ids: Tensor) -> Tensor:
    """Draw keys `(B,)` of the samples of one whole step: a sample met twice gets two keys.

    Args:
        ids: `(B,)` int64 of the whole step, over all processes.
    """
    ranked = ordered(ids)
    again = ranked[1:] == ranked[:-1]
    if not again.any():
        return ids
    order = ids.argsort(stable=True)
    first = torch.ones_like(ranked, dtype=torch.bool)
    first[1:] = ~again
    position = torch.arange(len(ids), device=ids.device)
    start = torch.where(first, position, 0).cummax(0).values
    nth = torch.empty_like(position)
    nth[order] = position - start
    return torch.where(nth == 0, ids, mix(ids ^ mix(nth)))


class Draw:
    """Random numbers of one step for the samples `key (B,)`.

    Args:
        seed: the run's seed.
        step: the optimizer step.
        key: `(B,)` int64 of the samples; draws of shape `(B, ...)` are in their order.
        scope: prefix of every name drawn, so that two looks at one sample differ.
    """

    def __init__(self, seed: int, step: int, key: Tensor, scope: str = "") -> None:
        self.seed, self.at_step, self.key, self.scope = seed, step, key, scope

    def __truediv__(self, scope: str) -> Draw:
        """The same samples under another scope: `draw / "a"`."""
        return Draw(self.seed, self.at_step, self.key, f"{self.scope}/{scope}")

    def of(self, key: Tensor) -> Draw:
        """The same step and scope for other samples, nodes or pairs."""
        return Draw(self.seed, self.at_step, key, self.scope)

    def _base(self, name: str) -> int:
        return combine(self.seed, self.at_step, name_hash(f"{self.scope}/{name}"))

    def bits(self, name: str, *shape: int) -> Tensor:
        """`(B, *shape)` int64, uniform over 64 bits."""
        rows = mix(self.key ^ self._base(name))
        count = math.prod(shape)
        if count == 1:
            return rows.reshape(len(rows), *shape)
        return mix(rows[:, None] + _ramp(count, rows.device)).reshape(len(rows), *shape)

    def __call__(self, name: str, *shape: int) -> Tensor:
        """`(B, *shape)` float32, uniform in [0, 1)."""
        return _unit(self.bits(name, *shape))

    def uniform(self, name: str, low: float, high: float, *shape: int) -> Tensor:
        """`(B, *shape)` float32, uniform in [low, high)."""
        return self(name, *shape) * (high - low) + low

    def normal(self, name: str, *shape: int) -> Tensor:
        """`(B, *shape)` float32, standard normal (inverse distribution function of 24-bit uniforms)."""
        centred = _top(self.bits(name, *shape)).sub_(2.0**23 - 0.5).mul_(2.0**-23)  # exact, and never -1 or 1
        return centred.erfinv_().mul_(math.sqrt(2))

    def integers(self, name: str, high: int, *shape: int) -> Tensor:
        """`(B, *shape)` int64, uniform in 0 .. high - 1."""
        return (self(name, *shape) * high).long().clamp_max(high - 1)

    def chance(self, name: str, probability: float, *shape: int) -> Tensor:
        """`(B, *shape)` bool, true with the given probability."""
        return self(name, *shape) < probability

    def permutation(self, name: str, n: int, *shape: int) -> Tensor:
        """`(B, *shape, n)` int64, a random order of 0 .. n - 1 for each row."""
        return ascending(self.bits(name, *shape, n))

    def step(self, name: str, *shape: int) -> Tensor:
        """`shape` float32 in [0, 1), one draw for the whole step: the same for every sample, chunk and process."""
        whole = self.key.new_zeros(1)
        return self.of(whole)(f"step:{name}", *shape)[0]


def _unit(bits: Tensor) -> Tensor:
    """The upper 24 bits as float32 in [0, 1)."""
    return _top(bits).mul_(2.0**-24)


def _top(bits: Tensor) -> Tensor:
    """The upper 24 bits as whole float32."""
    if bits.device.type == "cpu":
        return torch.from_numpy((bits.numpy().view(np.uint64) >> np.uint64(40)).astype(np.float32))
    return _shift(bits, 40).float()


@lru_cache(maxsize=64)
def _ramp(count: int, device: torch.device) -> Tensor:
    """Multiples of the hash's increment, `(count,)`."""
    return torch.arange(count, device=device) * _signed(_GAMMA)
