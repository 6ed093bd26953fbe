"""From a step's gradients to moved parameters: turns, balance, clipping, optimizer, schedule."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor, nn

from coview.balance.rules import Balance, balance_rule
from coview.engine.lanes import Lanes
from coview.engine.schedule import Schedule, rate
from coview.engine.step import Step
from coview.errors import UserError
from coview.methods.base import Method


class OptimizerName(StrEnum):
    """What moves parameters."""

    ADAMW = "adamw"
    SGD = "sgd"
    LARS = "lars"


@dataclass
class OptimizerConfig:
    """How parameters are moved.

    Args:
        optimizer: adamw, sgd (momentum 0.9) or lars (timm's).
        lr: peak learning rate; default by optimizer and batch: adamw 1e-3 * min(1, B / 256) ** 0.5, sgd
            0.06 * B / 256, lars 0.3 * B / 256.
        weight_decay: not applied to biases, norms and other vectors.
        warmup: share of the budget.
        schedule: after the warm-up.
        clip: greatest norm of each turn's gradient; None for none.
    """

    optimizer: OptimizerName = OptimizerName.ADAMW
    lr: float | None = None
    weight_decay: float | None = None
    warmup: float = 0.05
    schedule: Schedule = Schedule.COSINE
    clip: float | None = 5.0

    def peak(self, batch_size: int) -> float:
        """The peak learning rate for a batch size."""
        if self.lr is not None:
            return self.lr
        scale = batch_size / 256
        defaults = {
            OptimizerName.ADAMW: 1e-3 * min(1.0, scale) ** 0.5,
            OptimizerName.SGD: 0.06 * scale,
            OptimizerName.LARS: 0.3 * scale,
        }
        return defaults[self.optimizer]

    def build(self, parameters: Sequence[nn.Parameter], batch_size: int) -> torch.optim.Optimizer:
        """An optimizer of these parameters, vectors without decay."""
        decay = {OptimizerName.ADAMW: 0.05, OptimizerName.SGD: 5e-4, OptimizerName.LARS: 1e-6}[self.optimizer]
        decay = decay if self.weight_decay is None else self.weight_decay
        matrices = [p for p in parameters if p.ndim > 1]
        vectors = [p for p in parameters if p.ndim <= 1]
        groups: list[dict[str, Any]] = [
            {"params": matrices, "weight_decay": decay},
            {"params": vectors, "weight_decay": 0.0},
        ]
        groups = [g for g in groups if g["params"]]
        lr = self.peak(batch_size)
        match self.optimizer:
            case OptimizerName.ADAMW:
                return torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.95), fused=_fused(parameters))
            case OptimizerName.SGD:
                return torch.optim.SGD(groups, lr=lr, momentum=0.9)
            case OptimizerName.LARS:
                from timm.optim.lars import Lars

                return Lars(groups, lr=lr, momentum=0.9)  # type: ignore[arg-type]


def _fused(parameters: Sequence[nn.Parameter]) -> bool:
    return all(p.is_floating_point() and p.device.type in ("cpu", "cuda") for p in parameters)


def _there(grads: Sequence[Tensor | None]) -> list[Tensor]:
    return [g for g in grads if g is not None]


class Updater:
    """Owns the optimizers of a method's turns and the balance of its losses.

    Args:
        method: whose parameters.
        config: how they are moved.
        batch_size: samples a step.
        balance: name of the rule by which several losses share the encoder.

    Raises:
        UserError: a balance rule together with turns: two answers to one question.
    """

    def __init__(self, method: Method, config: OptimizerConfig, batch_size: int, balance: str = "sum") -> None:
        self.method, self.config = method, config
        self.turns = method.turns()
        self.balance: Balance = balance_rule(balance)
        if len(self.turns) > 1 and balance != "sum":
            raise UserError(f"--balance {balance} and a method of several turns cannot both decide what losses weigh")
        self.balance.to(next(method.parameters()).device)
        self.optimizers = [config.build(t.parameters, batch_size) for t in self.turns]
        self.peak = config.peak(batch_size)
        self.last_rate = 0.0

    @property
    def lanes(self) -> Lanes:
        """Which gradient each loss is added to: one for each turn, or as the balance has it."""
        if len(self.turns) == 1 and self.turns[0].losses is None:
            return self.balance.lanes

        def by_turn(name: str) -> dict[Hashable, float]:
            weights = {i: 1.0 if t.losses is None else t.losses.get(name, 0.0) for i, t in enumerate(self.turns)}
            return {i: w for i, w in weights.items() if w}

        return by_turn

    def take(self, step: Step, progress: float) -> float | None:
        """Moves the parameters by one step's gradients.

        Returns:
            The gradient's norm, or None where losses or gradients were not finite: then nothing moved.

        Raises:
            UserError, RunFailed: the balance cannot weigh the losses; nothing moved.
        """
        by_turn = self._gradients(step)
        flat = [g for grads in by_turn for g in _there(grads)]
        if not all(bool(torch.isfinite(v)) for v in step.losses.values()):
            return None
        norm = torch.nn.utils.get_total_norm(flat) if flat else torch.zeros(())
        if not bool(torch.isfinite(norm)):
            return None
        self.balance.check(step.losses)
        place = {id(p): i for i, p in enumerate(step.parameters)}
        self.last_rate = self.peak * rate(progress, warmup=self.config.warmup, schedule=self.config.schedule)
        for turn, optimizer, grads in zip(self.turns, self.optimizers, by_turn, strict=True):
            for p in turn.parameters:
                p.grad = grads[place[id(p)]]
            if self.config.clip is not None:
                own = norm if len(self.turns) == 1 else torch.nn.utils.get_total_norm(_there(grads))
                torch.nn.utils.clip_grads_with_norm_(turn.parameters, self.config.clip, own)
            for group in optimizer.param_groups:
                group["lr"] = self.last_rate
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.balance.after_step(step.losses)
        return float(norm)

    def _gradients(self, step: Step) -> list[list[Tensor | None]]:
        empty: list[Tensor | None] = [None] * len(step.parameters)
        if len(self.turns) == 1 and self.turns[0].losses is None:
            return [self.balance.combine(step.gradients) or empty]
        return [step.gradients.get(i, empty) for i in range(len(self.turns))]

    def state_dict(self) -> dict[str, Any]:
        """Optimizers' and balance's state."""
        return {"optimizers": [o.state_dict() for o in self.optimizers], "balance": self.balance.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Puts back what `state_dict` gave."""
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.balance.load_state_dict(state["balance"])
