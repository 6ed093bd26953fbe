"""Equal compute: training FLOPs of a step, measured, and the steps that match another run's total."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from torch.utils.flop_counter import FlopCounterMode

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.source import Data
    from coview.engine.config import FitConfig

WITHIN = 0.02
"""How far apart the training FLOPs of two runs may be, as a share."""
MEASURED = 6
"""Real steps that are counted: samples that lack a slot make them differ, as do stages of halves and thirds."""


def flops_of_step(config: FitConfig, data: Data, rows: Tensor) -> float:
    """Training FLOPs of one step, views to gradients: the mean of real steps of a throw-away run.

    Matrix products, convolutions and attention are counted (a product-sum as two), element-wise work is not.

    Args:
        config: of the run.
        data: prepared samples.
        rows: those it trains on.
    """
    from coview.engine.trainer import Trainer

    short = dataclasses.replace(config, minutes=None, epochs=None, steps=MEASURED, out=None)
    trainer = Trainer(short, data, rows, rows[:0])
    with FlopCounterMode(display=False) as counter:
        for _ in range(MEASURED):
            trainer.advance()
    return counter.get_total_flops() / MEASURED


def matching_steps(total: float, per_step: float) -> int:
    """Steps whose FLOPs come nearest to a total; at least one."""
    return max(1, round(total / per_step))


def check_equal(totals: dict[str, float]) -> None:
    """Raises ValueError where the training FLOPs of runs that are compared differ by more than `WITHIN`."""
    least, most = min(totals, key=totals.__getitem__), max(totals, key=totals.__getitem__)
    if totals[most] > (1 + WITHIN) * totals[least]:
        apart = totals[most] / totals[least] - 1
        raise ValueError(f"{most} trains on {apart:.1%} more FLOPs than {least}; at most {WITHIN:.0%} is equal compute")
