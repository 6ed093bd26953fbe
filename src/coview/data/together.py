"""Parts of one whole in one batch: who meets whom, decided by what samples are parts of."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.data.distinct_labels import rank_within
from coview.data.sampler import Sampler, epoch_order
from coview.views.draw import combine, name_hash

WHOLES = 4
"""How many wholes there are in a batch, at least, where none is dealt to it twice."""


class Together(Sampler):
    """Every sample once an epoch, and the parts of one whole beside each other, so that they meet.

    An epoch deals whole after whole, in an order drawn by (seed, epoch). A whole of more parts than a quarter of the
    batch is dealt in hands, about even ones, each at a time of its own: what a batch is told apart by is never one
    whole alone.

    Args:
        wholes: `(n,)` int64, what each sample is a part of: equal for parts of one.
        batch_size: samples of a step, over all processes.
        seed: the run's.
    """

    def __init__(self, wholes: Tensor, batch_size: int, seed: int = 0) -> None:
        super().__init__(len(wholes), batch_size, seed)
        self._whole = wholes.cpu().unique(return_inverse=True)[1]
        self._dealt: tuple[int, Tensor] | None = None

    def order(self, epoch: int) -> Tensor:
        if self._dealt is None or self._dealt[0] != epoch:
            shuffled = epoch_order(self.n, self.seed, epoch)
            hand = hands(self._whole[shuffled], max(self.batch_size // WHOLES, 1))
            place = epoch_order(int(hand.max()) + 1, combine(self.seed, name_hash("together")), epoch)[hand]
            self._dealt = epoch, shuffled[place.argsort(stable=True)]
        return self._dealt[1]


def hands(whole: Tensor, most: int) -> Tensor:
    """Which hand each sample is dealt with, `(n,)` int64: as few hands of a whole as hold at most so many, about even.

    Args:
        whole: `(n,)` int64 in 0 .. L - 1.
        most: samples of a hand.
    """
    many = (torch.bincount(whole) + most - 1) // most
    return (many.cumsum(0) - many)[whole] + rank_within(whole) % many[whole]
