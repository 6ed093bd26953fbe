"""What can be said of a configuration before any data is read."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import torch
from torch import Tensor

from coview.data.source import Data
from coview.engine.config import FitConfig
from coview.errors import UserError
from coview.use.budget import check_budget


def check_config(config: FitConfig) -> None:
    """Raises UserError where a name is none of those there are, an option has no sense, or a file cannot be read."""
    from coview.balance.rules import balance_rule
    from coview.engine.devices import check_device
    from coview.engine.optimize import OptimizerName
    from coview.engine.pretrained import tensors_of
    from coview.methods.registry import read_options

    check_budget(config)
    read_options(config.method, config.options)
    check_name("--optimizer", config.optimizer, OptimizerName)
    balance_rule(config.balance)
    check_device(config.device)
    if config.init is not None:
        tensors_of(Path(config.init))


def check_joined(method: str, data: Data, train: Tensor) -> None:
    """Raises UserError where a method relates several slots, and no training sample has as many."""
    from coview.methods.registry import least_together

    least = least_together(method, data.modalities)
    there = torch.stack([data.slots[slot].present.cpu()[train].any(1) for slot in data.slots]).sum(0)
    if len(train) and int(there.max()) < least:
        raise UserError(
            f"{method} relates {least} slots of one sample, and none of the {len(train):,} training samples of "
            f"{data.name} has more than {int(there.max())}; files of one sample share their name, as in "
            "cat.png and cat.wav"
        )


def check_name(flag: str, name: str, known: Iterable[str]) -> None:
    """Raises UserError where a name is none of the known ones."""
    names = [str(n) for n in known]
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UserError(f"{flag} is {', '.join(names)}, and {name!r} was given{hint}")
