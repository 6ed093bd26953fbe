"""Baselines of claims: their losses where the answer is known."""

from __future__ import annotations

from dataclasses import replace
from math import log

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from coview.batch import Batch, Features
from coview.data.prepared.prepare import sample_ids
from coview.errors import UserError
from coview.papers.baselines.cross_view_prediction import CrossViewPrediction
from coview.papers.baselines.gae import GAE
from coview.papers.baselines.labels_alone import LabelsAlone
from coview.papers.baselines.semi_supervised import SemiSupervised
from coview.papers.baselines.word_prediction import WordPrediction
from tests.methods.slots import draws, encoders, look, samples, without

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


def test_labels_alone_cost_the_cross_entropy_of_their_own_class() -> None:
    method = LabelsAlone(encoders(thing="series")["thing"], level="kind", classes=["walk", "run", "rest"]).double()
    silent(method)
    method.head.bias.data = torch.tensor([1.0, 2.0, 4.0]).double()
    kinds = ["run", "walk", "rest", "swim", "walk", "run"]
    batch = replace(samples(thing="series"), within={"kind": sample_ids(kinds)})
    each = method.head.bias.logsumexp(0) - method.head.bias[[1, 0, 2, 0, 0, 1]]
    views, reps = look(method, batch)
    torch.testing.assert_close(reps.losses["classes"], each)
    assert views.weights["classes"].tolist() == [1, 1, 1, 0, 1, 1]


def semi(mechanism: str, pretext: str = "completion") -> SemiSupervised:
    torch.manual_seed(0)
    options = {"mechanism": mechanism, "pretext": pretext, "label": "colour"}
    return SemiSupervised(*encoders(node="graph", row="table").values(), **options).double()  # type: ignore[arg-type]


def colour_known(batch: Batch) -> list[float]:
    """1 where the made rows have their colour, the third column."""
    return (batch["row"].present[:, 0] & batch["row"].value[:, 0, 2].isfinite()).double().tolist()


@pytest.mark.parametrize("pretext", ["completion", "shape"])
def test_labels_are_learned_where_they_are_known_and_a_pretext_everywhere(pretext: str) -> None:
    method, batch = semi("together", pretext), samples(node="graph", row="table")
    batch["row"].value[[1, 3], 0, 2] = torch.nan
    views, reps = look(method, batch)
    assert views.weights["labels"].tolist() == colour_known(batch)
    assert views.weights["labels"][[1, 3]].tolist() == [0, 0]
    assert views.weights[pretext].tolist() == [1] * 6
    assert set(reps.losses) == {"labels", pretext}


@pytest.mark.parametrize("mechanism", ["together", "one-after-another"])
def test_a_pretext_is_learned_of_the_nodes_that_its_column_tells_of_and_no_other_node_is_looked_at(
    mechanism: str,
) -> None:
    method, batch = semi(mechanism, "shape"), samples(node="graph", row="table")
    row = batch["row"].value[:, 0]
    shape = method.columns["shape"]
    row[[1, 3], 2] = torch.nan
    row[[0, 3, 4], shape] = torch.nan
    views, _ = look(method, batch)
    told = row[:, shape].isfinite()
    assert views.weights["shape"].tolist() == told.double().tolist()
    labels = row[:, 2].isfinite() & (mechanism == "together")
    assert views["look"].present[:, 0].tolist() == (told | labels).tolist()


@pytest.mark.parametrize("pretext", ["completion", "shape"])
def test_one_after_another_learns_labels_in_the_second_half_alone(pretext: str) -> None:
    method, batch = semi("one-after-another", pretext), samples(node="graph", row="table")
    for progress, loss in ((0.0, pretext), (0.49, pretext), (0.5, "labels"), (1.0, "labels")):
        method.clock.progress = progress
        assert set(look(method, batch)[1].losses) == {loss}


def test_a_completion_that_says_nothing_errs_by_the_nodes_own_features() -> None:
    method, batch = semi("together"), samples(node="graph", row="table")
    silent(method.tell)
    views, reps = look(method, batch)
    expected = method.graph.modality.tokens(views["hidden"]).value[:, 0, 0].double().square().mean(1)
    torch.testing.assert_close(reps.losses["completion"], expected)


def test_a_column_of_which_nothing_is_said_costs_the_logarithm_of_its_codes() -> None:
    method, batch = semi("together", "shape"), samples(node="graph", row="table")
    silent(method.tell)
    told = look(method, batch)[1].losses["shape"]
    torch.testing.assert_close(told, torch.full_like(told, log(3)))  # round, square, and all other words


def gae() -> GAE:
    torch.manual_seed(0)
    return GAE(*encoders(node="graph").values(), edges=4).double()


def test_edges_cost_the_logarithm_of_two_where_all_nodes_are_alike() -> None:
    method, batch = gae(), samples(node="graph")
    reps = look(method, batch)[1]
    told = {**reps.features, "ends": torch.zeros_like(reps.features["ends"])}
    loss = method.relate(Features(told, batch.key, draws(batch))).losses["edges"]
    torch.testing.assert_close(loss.float(), torch.tensor(log(2)))


def test_joined_nodes_that_are_alike_and_strangers_that_are_opposed_cost_nothing() -> None:
    method, batch = gae(), samples(n=2, node="graph")
    ends = look(method, batch)[1].features["ends"]
    side = torch.tensor([1.0, -1.0], dtype=torch.float64)[:, None, None, None]
    told = {"ends": (3 * side).expand_as(ends), "linked": torch.ones(ends.shape[:2], dtype=torch.bool)}
    assert method.relate(Features(told, batch.key, draws(batch))).losses["edges"] < 1e-6
