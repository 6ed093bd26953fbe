"""A step of one sample is refused where a method learns from several."""

from __future__ import annotations

import pytest
import torch

from coview.engine.trainer import Trainer
from coview.errors import UserError
from coview.methods.base import ALONE
from coview.methods.registry import method_class, method_modules
from tests.engine.test_pretrained import config, data_for


@pytest.mark.parametrize("method", ["simclr", "barlow-twins", "siglip", "mlem"])
def test_batches_of_one_are_refused(method: str) -> None:
    with pytest.raises(UserError, match=f"{method} learns from several samples at a time, .* and --batch-size is 1"):
        Trainer(config(method, batch_size=1), data_for(method), torch.arange(9), torch.arange(0))


@pytest.mark.parametrize("method", method_modules())
def test_a_method_that_relates_samples_in_its_own_way_does_not_inherit_that_it_needs_none(method: str) -> None:
    line = method_class(method).__mro__
    relates, learns = (next(i for i, c in enumerate(line) if n in vars(c)) for n in ("relate", "batch_size"))
    assert method_class(method).batch_size > ALONE or learns <= relates


def test_one_training_sample_is_refused() -> None:
    with pytest.raises(UserError, match="and the data has 1 to train on"):
        Trainer(config(), data_for(), torch.arange(1), torch.arange(0))


@pytest.mark.parametrize("method", ["mae", "i-jepa", "w2v-bert"])
def test_methods_that_learn_from_each_sample_alone_take_one(method: str) -> None:
    data = data_for(method, "audio")
    trainer = Trainer(config(method, batch_size=1), data, torch.arange(9), torch.arange(0))
    assert trainer.advance()["grad_norm"] > 0
