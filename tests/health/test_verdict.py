"""The verdict on planted vectors: each way to collapse is named, and nothing healthy is accused."""

import json
import math

import pytest
import torch

from coview.health.reading import read
from coview.health.verdict import SHORT, Verdict, judge


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def anisotropic(n: int = 300, d: int = 64, seed: int = 0) -> torch.Tensor:
    """Like an untrained rectified encoder: a large shared mean and a decaying spectrum."""
    return 3 + random(n, d, seed=seed) * 0.9 ** torch.arange(d)


def pair(z: torch.Tensor, noise: float = 0.3) -> torch.Tensor:
    return torch.stack([z + noise * z.std() * random(*z.shape, seed=i) for i in (1, 2)], 1)


HEALTHY = {"embedding/image": read(anisotropic(seed=3)), "relation/projection": read(pair(random(128, 32)))}
UNTRAINED = {"embedding/image": read(anisotropic()), "relation/projection": read(pair(random(128, 32, seed=7)))}


def verdict(**changed: torch.Tensor) -> Verdict:
    """Healthy readings but for `embedding` or `relation`."""
    name = {"embedding": "embedding/image", "relation": "relation/projection"}
    return judge(HEALTHY | {name[k]: read(z) for k, z in changed.items()}, UNTRAINED)


def test_healthy_vectors_are_healthy():
    found = judge(HEALTHY, UNTRAINED)
    assert found.status == "healthy"
    assert found.remedy == ""
    assert "told apart" in found.sentence


def test_vectors_that_share_most_of_a_direction_are_healthy_if_the_untrained_ones_do_too():
    masked = 3 * anisotropic(seed=5) - 2 * anisotropic(seed=5).mean(0) + 12
    assert read(masked).cosine > 0.98
    assert judge({"embedding/image": read(masked)}, UNTRAINED).status == "healthy"


def test_a_mean_cosine_near_1_is_told_to_the_digits_that_matter():
    near = 3 * anisotropic(seed=5) - 2 * anisotropic(seed=5).mean(0) + 60
    reading = read(near)
    found = judge({"embedding/image": reading}, {"embedding/image": reading})
    assert found.status == "healthy"
    assert 0.995 < reading.cosine < 1
    assert f"different ones {reading.cosine:.4f}, {reading.cosine:.4f} before" in found.sentence


def test_samples_that_are_alike_before_and_after_are_hardly_told_apart():
    alike = read(1 + 1e-3 * random(50, 64))
    found = judge({"embedding/image": alike}, {"embedding/image": alike})
    assert found.status == "healthy"
    assert "samples are hardly told apart" in found.sentence
    assert "alike to the untrained network too" in found.sentence
    assert "1.0000" not in found.sentence
    assert f"{alike.cosine:.6f}" in found.sentence


def test_an_untrained_cosine_near_1_is_told_to_the_digits_that_matter_too():
    before = read(1 + 0.05 * random(50, 64))
    told = judge({"embedding/x": read(random(50, 64))}, {"embedding/x": before}).sentence
    assert 0.995 < before.cosine < 1
    assert f"{before.cosine:.4f} before" in told


def test_a_bag_of_few_distinct_texts_is_healthy():
    few = random(5, 64)[torch.arange(300) % 5]
    reference = {"embedding/text": read(random(5, 64, seed=9)[torch.arange(300) % 5] + 1)}
    assert judge({"embedding/text": read(few)}, reference).status == "healthy"


def test_data_of_two_factors_is_healthy():
    angle = 2 * math.pi * torch.rand(200, generator=torch.Generator().manual_seed(0))
    circle = torch.stack([angle.cos(), angle.sin()], 1) @ random(2, 32)
    readings = {"embedding/x": read(circle), "relation/p": read(pair(circle, 0.1))}
    assert judge(readings, {"embedding/x": read(circle @ random(32, 32))}).status == "healthy"


@pytest.mark.parametrize("kind", ["embedding", "relation"])
def test_a_constant_is_collapsed(kind):
    constant = torch.ones(200, 64) + 1e-5 * random(200, 64)
    found = verdict(**{kind: constant if kind == "embedding" else pair(constant)})
    assert found.status == "collapsed"
    assert "the same for all samples" in found.sentence
    assert found.remedy


def test_a_constant_is_collapsed_without_a_reference():
    assert judge({"embedding/image": read(torch.ones(50, 8))}).status == "collapsed"


def test_exact_zeros_are_collapsed():
    assert verdict(embedding=torch.zeros(200, 64)).status == "collapsed"


def test_samples_that_are_all_copies_accuse_nobody_of_collapse_and_praise_nobody():
    same = {"embedding/image": read(torch.ones(50, 8))}
    found = judge(same, same)
    assert found.status == "unknown"
    assert found.sentence == "the held-out samples are all the same, and that tells nothing of the run"


def test_looks_that_differ_by_augmentation_alone_are_no_witness_of_samples_told_apart():
    same = read(torch.ones(60, 16))
    found = judge(HEALTHY | {"embedding/image": same}, UNTRAINED | {"embedding/image": same})
    assert found.status == "unknown"
    assert "held-out samples are all the same" in found.sentence


def test_a_slot_of_copies_is_no_witness_beside_another():
    same = {"embedding/label": read(torch.ones(50, 8))}
    found = judge(same | HEALTHY, same | UNTRAINED)
    assert found.status == "healthy"
    assert f"{HEALTHY['embedding/image'].cosine:.2f}" in found.sentence


def test_growing_alike_is_collapsing():
    mean = torch.full((64,), 3.0)
    closer = anisotropic() - mean + 10 * mean
    share = read(closer).freedom / UNTRAINED["embedding/image"].freedom
    assert 0.005 < share < 0.015
    assert verdict(embedding=closer).status == "collapsing"


def line_of(n: int = 128, noise: float = 0.005) -> torch.Tensor:
    return random(n, 1) @ torch.ones(1, 32) + noise * random(n, 32)


def test_one_direction_is_collapsed():
    found = verdict(relation=pair(line_of(), 0.01))
    assert found.status == "collapsed"
    assert "nearly all in one" in found.sentence
    assert "redundancy" in found.remedy


def test_one_direction_beside_faint_others_is_collapsing():
    found = verdict(relation=pair(line_of(noise=0.1), 0.01))
    assert 0.15 < found.readings["relation/projection"].directions / UNTRAINED["relation/projection"].directions < 0.3
    assert found.status == "collapsing"
    assert "nearly all in one" in found.sentence


def test_few_directions_are_collapsing():
    plane = random(128, 2) @ random(2, 32)
    found = verdict(relation=pair(plane, 0.0))
    assert found.status == "collapsing"
    assert "of 32 directions" in found.sentence
    assert "nearly all" not in found.sentence


def test_somewhat_few_directions_are_collapsing_where_the_embedding_narrowed_too():
    some = {"relation": pair(random(128, 6) @ random(6, 32), 0.0)}
    share = read(some["relation"]).directions / UNTRAINED["relation/projection"].directions
    assert 0.15 < share < 0.3
    assert verdict(**some).status == "healthy"
    narrow = 3 + random(300, 64, seed=3) * (0.75 ** torch.arange(64)).clamp_min(0.01)
    assert verdict(embedding=narrow).status == "healthy"
    assert verdict(embedding=narrow, **some).status == "collapsing"


def test_one_strong_direction_among_many_is_healthy():
    scale = torch.cat([torch.tensor([12.0]), torch.ones(31)])
    z = random(128, 32) * scale
    assert read(pair(z, 0.0)).participation < 1.5
    assert verdict(relation=pair(z, 0.0)).status == "healthy"


def test_a_projection_that_was_narrow_before_training_is_no_sign():
    plane = read(pair(random(128, 2) @ random(2, 32)))
    readings = HEALTHY | {"relation/projection": plane}
    assert judge(readings, UNTRAINED | {"relation/projection": plane}).status == "healthy"


@pytest.mark.parametrize("steps", [1, SHORT - 1])
def test_too_few_steps_to_know_are_said_to_be_too_few(steps: int):
    readings = HEALTHY | {"relation/projection": read(pair(line_of(), 0.01))}
    found = judge(readings, UNTRAINED, steps=steps)
    assert found.status == "unknown"
    assert f"{steps} steps are too few to tell" in found.sentence
    assert "directions" in found.sentence
    assert f"at least {SHORT} steps" in found.remedy
    assert judge(readings, UNTRAINED, steps=SHORT).status == "collapsed"


def test_what_befell_the_embedding_is_told_after_any_number_of_steps():
    for broken in (torch.ones(200, 64), torch.full((200, 64), torch.nan)):
        assert judge(HEALTHY | {"embedding/image": read(broken)}, UNTRAINED, steps=3).status == "collapsed"


def test_a_healthy_verdict_says_where_it_rests_on_few_steps():
    assert judge(HEALTHY, UNTRAINED, steps=20).status == "healthy"
    assert "20 steps are few" in judge(HEALTHY, UNTRAINED, steps=20).sentence
    assert "few" not in judge(HEALTHY, UNTRAINED, steps=500).sentence


def test_an_embedding_of_few_directions_is_named():
    found = verdict(embedding=random(300, 1) @ random(1, 64) + 1e-4 * random(300, 64))
    assert found.status == "collapsed"
    assert "directions" in found.sentence


def test_a_loss_that_does_not_see_the_data_is_named():
    chance = math.log(255)
    flat = [{"nt_xent": chance - 0.0005 * i} for i in range(10)]
    found = judge(HEALTHY, UNTRAINED, losses=flat)
    assert found.status == "collapsing"
    assert "do not discriminate" in found.sentence
    assert "temperature" in found.remedy


@pytest.mark.parametrize(
    "losses", [[5.5, 5.4, 5.3, 5.35], [0.30, 0.29, 0.31, 0.30], [-0.80, -0.81, -0.80, -0.81], [0.0, 0.0, 0.0, 0.0]]
)
def test_losses_that_move_a_little_are_not_accused(losses):
    assert judge(HEALTHY, UNTRAINED, losses=[{"loss": x} for x in losses]).status == "healthy"


def test_dead_dimensions_are_named():
    z = anisotropic()
    z[:, 16:] = 0
    found = verdict(embedding=z)
    assert found.status == "collapsing"
    assert "75% of the dimensions" in found.sentence


def test_dimensions_that_were_dead_before_training_are_no_sign():
    z = anisotropic()
    z[:, 16:] = 0
    assert judge({"embedding/image": read(z)}, {"embedding/image": read(2 * z)}).status == "healthy"


def test_vectors_that_are_not_finite_are_collapsed():
    z = anisotropic()
    z[::10] = torch.nan
    found = verdict(embedding=z)
    assert found.status == "collapsed"
    assert "not finite for 10%" in found.sentence


def test_the_worst_sign_is_told():
    readings = {"embedding/a": read(random(100, 16)), "embedding/b": read(torch.ones(100, 16))}
    found = judge(readings, {n: read(random(100, 16, seed=1)) for n in readings})
    assert found.status == "collapsed"
    assert "the embedding of b" in found.sentence


def test_nothing_read_is_unknown_not_healthy():
    assert judge({}).status == "unknown"


@pytest.mark.parametrize("n", [2, 3, 8])
def test_very_few_samples_are_not_accused(n):
    readings = {"embedding/image": read(anisotropic(n)), "relation/p": read(pair(random(n, 64)))}
    assert judge(readings, {"embedding/image": read(anisotropic(n, seed=1))}).status == "healthy"


def test_a_narrow_projection_is_not_accused_of_being_narrow():
    readings = HEALTHY | {"relation/projection": read(pair(random(128, 2), 0.1))}
    untrained = UNTRAINED | {"relation/projection": read(pair(random(128, 2, seed=5), 0.1))}
    assert judge(readings, untrained).status == "healthy"


def test_a_verdict_survives_json():
    found = verdict(embedding=torch.ones(200, 64))
    assert Verdict.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    assert found.evidence["embedding/image/cosine"] == pytest.approx(1)


@pytest.mark.parametrize(("skipped", "status"), [(3, "healthy"), (20, "collapsing"), (200, "unknown")])
def test_a_run_many_of_whose_steps_were_not_finite_is_not_healthy(skipped: int, status: str):
    found = judge(HEALTHY, UNTRAINED, steps=200, skipped=skipped)
    assert found.status == status
    told = {3: "told apart", 20: "20 of 200 steps were not finite", 200: "none of the 200 steps was finite"}
    assert told[skipped] in found.sentence


def test_steps_that_were_not_finite_are_told_of_a_short_run_too():
    assert judge(HEALTHY, UNTRAINED, steps=8, skipped=4).status == "collapsing"
