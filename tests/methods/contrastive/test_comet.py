"""COMET: levels of a recording."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from coview.batch import Batch
from coview.data.sampler import Sampler
from coview.data.together import Together
from coview.engine.trainer import Trainer
from coview.errors import UserError
from coview.losses import group_contrastive, instance_contrast, observation_contrast
from coview.methods.registry import build_method
from tests.contracts.cases import modality
from tests.engine.test_pretrained import config, data_for
from tests.methods.joint import make, samples
from tests.methods.slots import joined, look

RECORDING = torch.tensor([3, 3, 4, 4, 5, 6, 7, 7])


def told(missing: float = 0.0) -> Batch:
    """Eight segments of five recordings of two people."""
    return replace(samples("series", missing=missing), within={"recording": RECORDING, "subject": RECORDING // 5})


def test_each_level_has_its_loss() -> None:
    method = make("comet", "series", observation=0.1, sample=0.2, wholes=0.3)
    whole = told(missing=0.6)
    views, reps = look(method, whole)
    z = joined(reps, whole)
    there = z["present"]
    assert 2 < int(there.sum()) < 8
    out = method.encoder(views["masked"], masked=views["masked"].params["masked"])  # type: ignore[operator]
    each = 0.1 * observation_contrast(out.tokens, out.valid[:, 0])
    torch.testing.assert_close(reps.losses["observation"][there], each[there])
    losses = method.relate(z).losses
    tokens, valid, pooled = (z[n][there] for n in ("tokens", "valid", "whole"))
    torch.testing.assert_close(losses["sample"], 0.2 * instance_contrast(tokens, valid))
    torch.testing.assert_close(losses["recording"], 0.3 * group_contrastive(pooled, RECORDING[there], 0.1))
    torch.testing.assert_close(losses["subject"], 0.3 * group_contrastive(pooled, RECORDING[there] // 5, 0.1))


def test_the_two_masked_looks_hide_different_places_and_keep_them_aligned() -> None:
    views = look(make("comet", "series"), told())[0]
    twice = views["masked"]
    assert torch.equal(twice.value[:, 0], twice.value[:, 1])
    assert bool((twice.params["masked"][:, 0] != twice.params["masked"][:, 1]).any(1).all())


def test_a_level_that_weighs_nothing_costs_nothing() -> None:
    alone = make("comet", "series", observation=0.0, sample=0.0, levels=["subject"])
    whole = told()
    reps = look(alone, whole)[1]
    assert not reps.losses
    assert set(reps.features) == {"of subject", "present", "whole"}
    assert set(alone.relate(joined(reps, whole)).losses) == {"subject"}


def test_parts_of_the_smallest_wholes_are_dealt_together() -> None:
    even = Sampler(60, 20, seed=4)
    within = {"subject": torch.arange(60) // 30, "recording": torch.arange(60) // 5}
    dealt = make("comet", "series").sampler(even, within).rows(2)
    assert torch.equal(dealt, Together(within["recording"], 20, seed=4).rows(2))
    assert make("comet", "series").sampler(even, {}) is even
    assert make("comet", "series", wholes=0.0).sampler(even, within) is even


def test_a_run_deals_what_it_trains_on_together() -> None:
    recording = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1, 2, 5, 5])
    data, train = replace(data_for("comet", "series"), within={"recording": recording}), torch.tensor([8, 6, 0, 2, 3])
    trainer = Trainer(config("comet", batch_size=4), data, train, torch.arange(0))
    want = Together(recording[train], 4, seed=trainer.config.seed)
    assert torch.equal(trainer.sampler.rows(3), want.rows(3))


def test_a_level_the_data_lacks_is_named() -> None:
    with pytest.raises(UserError, match="no level 'ward'; it has recording, subject"):
        look(make("comet", "series", levels=["ward"]), told())
    with pytest.raises(UserError, match="--group"):
        look(make("comet", "series", observation=0.0, sample=0.0), samples("series"))


def test_where_the_encoder_has_no_tokens_the_methods_own_is_told() -> None:
    with pytest.raises(UserError, match="use --encoder dilated"):
        build_method("comet", {"heart": modality("series")}, encoder="conv")
