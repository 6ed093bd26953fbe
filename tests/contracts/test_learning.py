"""Every method learns on real data: in 30 steps its loss falls and its embedding does not collapse.

A method runs on the first data set of `DATA` that has the slots it asks for; a new method is found by the registry.
"""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch import Tensor, nn

from coview.data.catalog import is_fetched, source
from coview.data.prepared.prepare import load
from coview.data.source import Data
from coview.data.split import split
from coview.engine.config import FitConfig
from coview.engine.run import Run
from coview.engine.step import ExactStep
from coview.engine.trainer import Trainer
from coview.errors import UserError
from coview.methods.base import Method
from coview.methods.registry import method_class, method_modules, slots_of
from coview.modalities.registry import modality_class
from tests.contracts.cases import reads_nodes

DATA = ("emoji", "prompts", "digits", "mricron", "satellite", "molecules", "atari", "furniture", "watch")
NODES_OF = "ml-100k-graph"
"""For methods that keep a vector for each node of one graph."""
TRAIN, HELD_OUT, STEPS, BATCH = 400, 100, 30, 64


def data_set(method: str) -> str:
    """The first data set that has the slots a method asks for."""
    for name in [NODES_OF] if reads_nodes(method) else DATA:
        if not is_fetched(name):
            if name != DATA[-1]:
                pytest.skip(f"{name} is not fetched: coview data get {name}")
            continue
        kinds = {slot: modality_class(column.modality) for slot, column in source(name).columns.items()}
        try:
            slots_of(method, kinds)  # type: ignore[arg-type]
        except UserError:
            continue
        return name
    raise AssertionError(f"none of {DATA} has the slots that {method} asks for: add a data set that has")


@cache
def data(name: str) -> Data:
    """A few hundred samples, read once: training rows first, then held-out ones."""
    samples = source(name)
    parts = split(samples)
    train, held_out = parts["train"], parts["valid"]
    if name == NODES_OF:  # people are before films
        train, held_out = train[::4], held_out[::2]
    return load(samples, rows=torch.cat([train[:TRAIN], held_out[:HELD_OUT]]))


def trainer(method: str) -> Trainer:
    whole = data(data_set(method))
    some = whole.only(slots_of(method, whole.modalities))
    n = len(some) - HELD_OUT
    size = {"dim": 32, "depth": 2} if method_class(method).needs_tokens else {"dim": 32}
    config = FitConfig(method, steps=STEPS, batch_size=BATCH, encoder_options=size, threads=1, precision="32")
    return Trainer(config, some, torch.arange(n), torch.arange(n, len(some)))


@cache
def trained(method: str) -> tuple[dict[str, Tensor], Run, Trainer]:
    """The parameters before training, the run, and its trainer."""
    made = trainer(method)
    before = {name: p.detach().clone() for name, p in made.method.named_parameters() if p.requires_grad}
    return before, made.run(), made


def loss_on_held_out(made: Trainer, method: Method) -> float:
    """The sum of the losses on samples never trained on, by the same draws; nothing moves."""
    rows = torch.arange(len(made.data) - HELD_OUT, len(made.data))
    method.train()
    found = ExactStep(method, [made.data.batch(rows)], len(rows), seed=1, step=STEPS).run()
    found.buffers.roll_back()
    return sum(float(loss) for loss in found.losses.values())


def put(method: nn.Module, values: dict[str, Tensor]) -> dict[str, Tensor]:
    """Puts parameters in by name and gives back those that were there."""
    own = dict(method.named_parameters())
    held = {name: own[name].detach().clone() for name in values}
    with torch.no_grad():
        for name, value in values.items():
            own[name].copy_(value)
    return held


@pytest.mark.data
@pytest.mark.parametrize("method", method_modules())
def test_training_lowers_the_loss_on_samples_never_trained_on(method: str) -> None:
    """The trained parameters against the first ones, on the task as it is at the end of the run.

    Queues fill with real negatives and teachers grow sharper, so that a loss may rise while its method learns: what is
    not trained by gradient (teacher, queue, centre, statistics) is therefore the same on both sides.
    """
    before, _, made = trained(method)
    after = loss_on_held_out(made, made.method)
    held = put(made.method, before)
    untrained = loss_on_held_out(made, made.method)
    put(made.method, held)
    assert after < untrained


@pytest.mark.data
@pytest.mark.parametrize("method", method_modules())
def test_the_embedding_does_not_collapse(method: str) -> None:
    verdict = trained(method)[1].verdict
    assert verdict is not None
    assert verdict.status == "healthy", verdict.sentence
