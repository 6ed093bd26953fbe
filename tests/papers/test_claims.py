import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from coview.batch import Batch, Embedding, Embeddings
from coview.data.source import Column, Source
from coview.engine.flops import check_equal, flops_of_step, matching_steps
from coview.engine.signals import Interrupt
from coview.errors import UserError
from coview.methods.base import embed_slot
from coview.methods.registry import build_method
from coview.papers import baselines
from coview.papers.arms import Bench, code_of, common_code, content_key
from coview.papers.claim import REFERENCES, Arm, Claim, Comparison, MeanRank, claim_keys, claim_of, note_of
from coview.papers.encoders_alone import EncodersAlone
from coview.papers.metrics import protocol_metric
from coview.papers.reproduce import plan, referred, run_claim, tables
from tests.contracts.cases import modality

KNN = protocol_metric("knn/image/shade", "accuracy")
OPTIONS = {"batch_size": 16, "modality": {"image": {"size": 8}}, "encoder_options": {"dim": 32}, "precision": "32"}


def squares() -> Source:
    random = np.random.default_rng(0)
    shade = np.arange(90) % 3
    pictures = (60 * shade[:, None, None] + random.integers(0, 90, (90, 8, 8))).astype(np.uint8)
    split = ["train"] * 50 + ["valid"] * 20 + ["test"] * 20
    names = [str(i) for i in range(90)]
    return Source("squares", {"image": Column("image", [[p] for p in pictures])}, names, {"shade": shade}, split=split)


def arm(method: str = "simclr", **how) -> Arm:
    return Arm(method, squares, (KNN.name,), OPTIONS, **({"steps": 4} | how))


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("COVIEW_CACHE", str(tmp_path))


def test_flops_of_a_linear_layer_are_counted_through_a_real_step():
    """The projector's part of the count: forward, and gradients of weights and inputs, two FLOPs a product-sum."""
    bench = Bench()
    data, _, train = bench.prepare(arm())

    def flops(hidden: int) -> float:
        return flops_of_step(
            bench.config(dataclasses.replace(arm(), options={**OPTIONS, "hidden": hidden}), steps=1, lr=1e-3, seed=0),
            data,
            train,
        )

    looks, dim, out = 2 * 16, 4 * 32, 128
    assert flops(64) - flops(32) == 3 * 2 * looks * 32 * (dim + out)


def histories() -> Source:
    kinds = [[{"time": np.arange(9.0), "kind": [f"k{(i + place) % 3}" for place in range(9)]}] for i in range(24)]
    return Source("events", {"event": Column("events", kinds)}, list(map(str, range(24))), split=["train"] * 24)


@pytest.mark.parametrize("first", [1 / 3, 1 / 2, 2 / 3])
def test_stages_of_a_method_count_by_their_shares_of_a_run(first):
    """Of MLEM's two stages, as a run of many steps has them."""
    bench = Bench()

    def flops(share: float) -> float:
        options = {"batch_size": 24, "precision": "32", "first": share}
        of = dataclasses.replace(arm("mlem"), data=histories, options=options)
        data, _, train = bench.prepare(of)
        return flops_of_step(bench.config(of, steps=1, lr=1e-3, seed=0), data, train)

    assert flops(first) == pytest.approx((1 - first) * flops(0.0) + first * flops(0.999), rel=0.01)


def test_steps_match_a_total():
    assert matching_steps(1000.0, 3.0) == 333
    assert matching_steps(1.0, 3.0) == 1


def test_unequal_compute_is_refused():
    check_equal({"a": 100.0, "b": 101.9})
    with pytest.raises(ValueError, match=r"b trains on 2\.1% more FLOPs than a"):
        check_equal({"a": 100.0, "b": 102.1})


def test_an_arm_that_follows_another_gets_its_compute():
    claim = Claim("", (KNN,), {"a": arm(steps=900), "b": arm("mae", like="a", steps=None)}, ())
    (_, steps_a, flops_a), (_, steps_b, flops_b) = plan(claim, Bench())
    assert steps_a == 900
    assert flops_a != flops_b
    check_equal({"a": steps_a * flops_a, "b": steps_b * flops_b})


def test_an_arm_says_its_steps_or_whose():
    with pytest.raises(ValueError, match="one of steps and like"):
        arm(steps=3, like="a")


@pytest.fixture
def keyed():
    bench = Bench()
    data, _, train = bench.prepare(arm())
    config = bench.config(arm(), steps=4, lr=1e-3, seed=0)
    return config, data, train


def test_the_key_of_an_arm_is_the_same_for_the_same(keyed):
    config, data, train = keyed
    again, _, rows = Bench().prepare(arm())
    assert content_key(config, data, train, [KNN], "test") == content_key(config, again, rows, [KNN], "test")


@pytest.mark.parametrize(
    "change", [{"lr": 2e-3}, {"seed": 1}, {"steps": 5}, {"options": {"temperature": 0.3}}, {"method": "moco"}]
)
def test_the_key_of_an_arm_moves_with_its_configuration(keyed, change):
    config, data, train = keyed
    before = content_key(config, data, train, [KNN], "test")
    assert content_key(dataclasses.replace(config, **change), data, train, [KNN], "test") != before


def test_the_key_of_an_arm_moves_with_its_data_and_part(keyed):
    config, data, train = keyed
    before = content_key(config, data, train, [KNN], "test")
    assert content_key(config, data, train[1:], [KNN], "test") != before
    assert content_key(config, data, train, [KNN], "valid") != before
    data.slots["image"].value[0] += 1
    assert content_key(config, data, train, [KNN], "test") != before


def test_the_code_of_a_method_holds_its_loss_and_its_networks(keyed):
    code = code_of("simclr", keyed[1].modalities)
    assert all(part in code for part in ("class SimCLR", "def nt_xent_rows", "class Conv", "class MLP", "class Image"))
    assert "def unit_rows" in code  # named by what the method names


def test_the_code_of_a_baseline_holds_what_its_file_names():
    file = Path(baselines.__file__).parent / "masked_with_contrast.py"
    code = code_of(f"{file}:MaskedWithContrast", {"shape": modality("points")})
    assert all(part in code for part in ("class MaskedWithContrast", "def tiled_nt_xent", "def nt_xent_rows"))


def test_the_key_of_an_arm_holds_what_trains_and_scores_it():
    code = common_code()
    parts = ("class ExactStep", "class Sampler", "def train_supervised", "def warp", "class NormalisedMGDA")
    assert all(part in code for part in parts)


def test_a_claim_is_run_and_judged_and_its_arms_are_kept():
    claim = Claim(
        "plain beats cold", (KNN,), {"plain": arm(), "cold": arm(steps=None, like="plain")},
        (Comparison("plain", "cold", KNN.name),), grid=(1e-3, 4e-3),
    )  # fmt: skip
    told: list[str] = []
    record = run_claim(claim, told.append)
    assert len(told) == 6  # a line a seed of each arm
    assert record["comparisons"][0]["differences"] == [0.0, 0.0, 0.0]
    assert record["outcome"] == "undecided"
    assert set(record["arms"]["plain"]["trials on the validation part"]) >= {"0.001", "0.004"}
    assert record["protocol"][KNN.name]["split"] == "test"
    assert set(record["arms"]["plain"]["references"][KNN.name]) == {"raw", "random"}
    again = run_claim(claim, told.append)
    assert again["arms"]["plain"]["seconds"] == record["arms"]["plain"]["seconds"]


def test_arms_are_compared_by_their_mean_rank_over_several_metrics():
    rank = MeanRank("rank", (KNN.name,))
    claim = Claim(
        "plain is ahead of cold", (KNN,), {"plain": arm(), "cold": arm(steps=None, like="plain")},
        (Comparison("plain", "cold", "rank"),), grid=(1e-3,), ranks=(rank,),
    )  # fmt: skip
    record = run_claim(claim, lambda line: None)
    assert record["arms"]["plain"]["scores"]["rank"] == [0.5, 0.5, 0.5]  # both are the same run
    assert record["protocol"]["rank"]["mean rank over"] == [KNN.name]
    assert record["protocol"]["rank"]["split"] == "test"
    assert tables(record)["rank"][1][0][0] == "plain"


def test_an_arm_is_held_against_the_raw_input_and_its_untrained_encoder_of_every_seed():
    against = tuple(Comparison("plain", worse, KNN.name) for worse in ("raw", "random"))
    record = run_claim(Claim("", (KNN,), {"plain": arm()}, against, grid=(1e-3,)), lambda line: None)
    told = record["arms"]["plain"]
    raw, random = (told["referred"][worse][KNN.name] for worse in ("raw", "random"))
    assert len(set(raw)) == 1
    assert len(set(random)) > 1
    assert {"raw": raw[0], "random": random[0]} == told["references"][KNN.name]
    for found, worse in zip(record["comparisons"], (raw, random), strict=True):
        assert found["differences"] == [a - b for a, b in zip(told["scores"][KNN.name], worse, strict=True)]


def brightness(batch: Batch) -> Embeddings:
    """Pictures as a direction that their mean turns."""
    view = batch["image"]
    mean = view.value.float().flatten(2).mean(2)
    return {"image": {"image": Embedding(torch.stack([mean, torch.full_like(mean, 100)], 2), view.present)}}


def test_an_arm_is_held_against_what_it_is_given_as_a_reference():
    held = dataclasses.replace(arm(), given={"light": brightness})
    record = run_claim(Claim("", (KNN,), {"plain": held}, (Comparison("plain", "light", KNN.name),)), lambda line: None)
    told = record["arms"]["plain"]
    assert set(told["references"][KNN.name]) == {"raw", "random", "light"}
    assert told["referred"]["light"][KNN.name] == [told["references"][KNN.name]["light"]] * 3
    assert told["references"][KNN.name]["light"] > 0.9
    assert ("light", told["references"][KNN.name]["light"]) in referred(record, KNN.name)


def test_an_arm_that_was_stopped_is_neither_scored_nor_kept(monkeypatch, tmp_path):
    note = Interrupt.__enter__

    def asked_at_once(self):
        note(self).asked = "SIGTERM"
        return self

    monkeypatch.setattr(Interrupt, "__enter__", asked_at_once)
    with pytest.raises(UserError, match=r"simclr was stopped after 1 of 4 steps and is not scored"):
        Bench().run(arm(), [KNN], steps=4, lr=1e-3, seed=0, test=False)
    assert not list(tmp_path.rglob("arms/*.json"))


@pytest.mark.parametrize("key", claim_keys())
def test_every_claim_compares_arms_that_are_scored_alike_at_one_compute(key):
    claim = claim_of(key)
    assert len(claim.seeds) >= 3
    assert list(claim.grid) == sorted(set(claim.grid))

    def leader(name: str) -> str:
        like = claim.arms[name].like
        return name if like is None else like

    ranks = {rank.name: set(rank.of) for rank in claim.ranks}
    assert all(of <= set(arm.metrics) for of in ranks.values() for arm in claim.arms.values())
    for c in claim.comparisons:
        if c.metric in ranks:
            continue
        assert c.metric in claim.arms[c.better].metrics
        if c.worse not in claim.arms:
            assert c.worse in (*REFERENCES, *claim.arms[c.better].given)
            continue
        assert leader(c.better) == leader(c.worse)
        assert c.metric in claim.arms[c.worse].metrics


def test_what_scores_stand_beside_is_named_by_the_arms_whose_it_is():
    told = {"a": {"raw": 0.1, "random": 0.2}, "b": {"raw": 0.1, "random": 0.3}, "c": {"raw": 0.1, "random": 0.2}}
    record = {"arms": {name: {"references": {"it": values}} for name, values in told.items()}}
    assert referred(record, "it") == [("raw", 0.1), ("random: a, c", 0.2), ("random: b", 0.3)]
    assert referred(record, "other") == []


def test_a_note_is_the_claims_own_where_there_is_one():
    assert note_of("symile") == claim_of("symile").note
    assert note_of("a-claim-of-yours") == ""


def test_unknown_claims_and_scales_are_refused():
    with pytest.raises(UserError, match="did you mean 'slip'"):
        claim_of("slpi")
    with pytest.raises(UserError, match="small or full"):
        claim_of("slip", "huge")


def test_rows_of_an_arm_can_be_a_pool():
    half = dataclasses.replace(arm(), pool=lambda data, rows: rows[:7])
    assert torch.equal(Bench().prepare(half)[2], torch.arange(7))


def test_probes_read_the_encoder_where_a_method_keeps_another_space(keyed):
    _, data, _ = keyed
    method = build_method("cmc", data.modalities, encoder_options={"dim": 32}, options={"dim": 8}).eval()
    batch = data.batch(torch.arange(4))
    found = EncodersAlone(method).eval().embed(batch)
    assert list(found) == ["image"]
    assert torch.equal(found["image"]["image"].values, embed_slot(method.slot_encoders()["image"], batch).values)
