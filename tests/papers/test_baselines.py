"""Baselines of claims: their losses where the answer is known."""

from __future__ import annotations

from math import log

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from coview.errors import UserError
from coview.papers.baselines.cross_view_prediction import CrossViewPrediction
from coview.papers.baselines.word_prediction import WordPrediction
from tests.methods.slots import encoders, look, samples, without

PICTURES = {"left": "image", "right": "image"}
CAPTIONED = {"drawing": "image", "name": "text"}


def silent(module: nn.Module) -> None:
    """Whatever it is given, it says nothing."""
    for parameter in module.parameters():
        nn.init.zeros_(parameter)


def crossed() -> CrossViewPrediction:
    torch.manual_seed(0)
    return CrossViewPrediction(encoders(**PICTURES), pixels=4).double()


def test_a_decoder_that_says_nothing_errs_by_the_other_view() -> None:
    method, batch = crossed(), samples(**PICTURES)
    silent(method.decoders)
    losses = look(method, batch)[1].losses
    for seen, wanted in (("left", "right"), ("right", "left")):
        value = method.encoders[wanted].modality.prepare(batch[wanted]).value[:, 0]  # type: ignore[union-attr, operator]
        expected = F.adaptive_avg_pool2d(value, 4).square().flatten(1).mean(1)
        torch.testing.assert_close(losses[seen], expected.float(), rtol=1e-5, atol=0)


def test_a_sample_that_lacks_a_view_predicts_nothing() -> None:
    views, _ = look(crossed(), without(samples(**PICTURES), "right", [1, 4]))
    assert views.weights["left"].tolist() == [1, 0, 1, 1, 0, 1]
    assert views.weights["right"].tolist() == [1, 0, 1, 1, 0, 1]


def test_two_slots_predict_each_other_and_no_other_number_does() -> None:
    with pytest.raises(UserError, match="two slots predict each other; 1 were given"):
        CrossViewPrediction(encoders(left="image"))


def worded() -> WordPrediction:
    torch.manual_seed(0)
    made = encoders(**CAPTIONED)
    return WordPrediction(made["drawing"], made["name"]).double()


def test_words_at_chance_cost_the_log_of_the_vocabulary() -> None:
    method = worded()
    silent(method.words)
    losses = look(method, samples(**CAPTIONED))[1].losses["words"]
    torch.testing.assert_close(losses, torch.full_like(losses, log(method.words.out_features)))


def test_the_bag_counts_a_captions_tokens_and_no_padding() -> None:
    method, batch = worded(), samples(**CAPTIONED)
    caption = batch["name"]
    assert caption.length is not None
    for bag, tokens, length in zip(
        method.bag(caption)[:, 0], caption.value[:, 0], caption.length[:, 0].tolist(), strict=True
    ):
        assert bag.tolist() == torch.bincount(tokens[:length], minlength=len(bag)).tolist()
