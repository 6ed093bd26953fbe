"""How several losses share one encoder."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from coview.errors import MissingExtra, RunFailed, UserError

TORCHJD = {"mgda": "MGDA", "pcgrad": "PCGrad", "upgrad": "UPGrad", "cagrad": "CAGrad", "aligned-mtl": "AlignedMTL"}
"""Gradient rules and the aggregators of torchjd that compute them."""

ROUNDING = 1e-6
"""How far below 0 a loss that is never negative may come out in float32."""


class Balance(nn.Module):
    """Losses are summed."""

    def lanes(self, name: str) -> dict[Hashable, float]:
        """Which gradients a loss is added to, with its weight."""
        return {0: 1.0}

    def combine(self, gradients: Mapping[Hashable, list[Tensor | None]]) -> list[Tensor | None]:
        """One gradient from the lanes'."""
        return next(iter(gradients.values()), [])

    def check(self, losses: Mapping[str, Tensor]) -> None:
        """Raises where the rule cannot weigh a step's mean losses, before anything has moved."""

    def after_step(self, losses: Mapping[str, Tensor]) -> None:
        """Moves the rule's own state by the step's mean losses."""


class Uncertainty(Balance):
    """Each loss is weighted by a learned precision: sum_k exp(-s_k) L_k + s_k.

    Kendall, Gal, Cipolla, "Multi-Task Learning Using Uncertainty to Weigh Losses", CVPR 2018,
    https://arxiv.org/abs/1705.07115 (the form with s = log variance). The gradient of s needs the means alone, and is
    taken by plain gradient descent. The losses are to be those of a likelihood, squared errors or cross-entropies: the
    sum has its least at exp(s_k) = L_k, and none where L_k < 0.

    Args:
        rate: step of s.
    """

    def __init__(self, rate: float = 0.025) -> None:
        super().__init__()
        self.rate = rate
        self.log_variance: dict[str, float] = {}

    def lanes(self, name: str) -> dict[Hashable, float]:
        return {0: float(torch.tensor(-self.log_variance.get(name, 0.0)).exp())}

    def check(self, losses: Mapping[str, Tensor]) -> None:
        """Refuses a negative loss, whose weight would grow without bound.

        Raises:
            UserError: at the first step.
            RunFailed: at a later one.
        """
        negative = [name for name, loss in losses.items() if float(loss) < -ROUNDING]
        if negative:
            raise (RunFailed if self.log_variance else UserError)(
                f"--balance uncertainty is defined for losses that are not negative, and {negative[0]} is "
                f"{float(losses[negative[0]]):.3g}; choose --balance sum, or a rule that reads gradients (upgrad)"
            )

    def after_step(self, losses: Mapping[str, Tensor]) -> None:
        for name, loss in losses.items():
            s = self.log_variance.get(name, 0.0)
            self.log_variance[name] = s - self.rate * (1 - float(loss) * float(torch.tensor(-s).exp()))

    def get_extra_state(self) -> dict[str, float]:
        return dict(self.log_variance)

    def set_extra_state(self, state: dict[str, float]) -> None:
        self.log_variance = dict(state)


class GradientRule(Balance):
    """A rule that reads each loss's own gradient on the parameters that several losses reach.

    Parameters that one loss reaches take its gradient as it is.

    Args:
        aggregator: from a matrix `(losses, parameters)` to `(parameters,)`.
    """

    def __init__(self, aggregator: Any) -> None:
        super().__init__()
        self.aggregator = aggregator

    def lanes(self, name: str) -> dict[Hashable, float]:
        return {name: 1.0}

    def combine(self, gradients: Mapping[Hashable, list[Tensor | None]]) -> list[Tensor | None]:
        lanes = list(gradients.values())
        if len(lanes) < 2:
            return lanes[0] if lanes else []
        reached = [[lane[i] for lane in lanes if lane[i] is not None] for i in range(len(lanes[0]))]
        shared = [i for i, g in enumerate(reached) if len(g) > 1]
        found: list[Tensor | None] = [g[0] if g else None for g in reached]
        if not shared:
            return found
        like: list[Tensor] = [reached[i][0] for i in shared]  # type: ignore[misc]
        rows = [torch.cat([_flat(lane[i], t) for i, t in zip(shared, like, strict=True)]) for lane in lanes]
        joined = self.aggregator(torch.stack(rows))
        parts = joined.split([t.numel() for t in like])
        for i, t, part in zip(shared, like, parts, strict=True):
            found[i] = part.view_as(t)
        return found


class NormalisedMGDA:
    """The weights that make the sum of unit gradients shortest, given to the gradients as they are.

    Of gradients of very different lengths the shortest would else take nearly all of the weight.

    Paper: Multi-Task Learning as Multi-Objective Optimization. Sener, Koltun. NeurIPS 2018.
    https://arxiv.org/abs/1810.04650 (the Frank-Wolfe solver; gradients normalised by length as in the authors' code).
    """

    def __init__(self) -> None:
        from torchjd.aggregation import MGDAWeighting

        self.weigh = MGDAWeighting()

    def __call__(self, gradients: Tensor) -> Tensor:
        """`(losses, parameters)` -> `(parameters,)`."""
        unit = torch.nn.functional.normalize(gradients, dim=1)
        return self.weigh(unit @ unit.T) @ gradients


def _flat(gradient: Tensor | None, like: Tensor) -> Tensor:
    return like.new_zeros(like.numel()) if gradient is None else gradient.flatten()


@cache
def rule_names() -> tuple[str, ...]:
    """The rules that `balance_rule` knows."""
    return ("sum", "uncertainty", *TORCHJD, "normalised-mgda")


def balance_rule(name: str) -> Balance:
    """A rule by name.

    Raises:
        UserError: there is no such rule.
        MissingExtra: a gradient rule without torchjd.
    """
    if name == "sum":
        return Balance()
    if name == "uncertainty":
        return Uncertainty()
    if name in rule_names():
        try:
            from torchjd import aggregation
        except ImportError as error:
            raise MissingExtra("torchjd", "balance") from error
        if name == "normalised-mgda":
            return GradientRule(NormalisedMGDA())
        aggregator = getattr(aggregation, TORCHJD[name])
        return GradientRule(aggregator(c=0.5) if name == "cagrad" else aggregator())
    raise UserError(f"no balance rule is called {name!r}; there are {', '.join(rule_names())}")
