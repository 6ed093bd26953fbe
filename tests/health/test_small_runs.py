"""The verdict on small real trainings: those that lack what keeps them from collapse are named, the others not."""

import pytest

from tests.health.small_runs import Run

SOUND = ["simclr", "barlow twins", "vicreg", "simsiam"]


@pytest.mark.parametrize("steps", [30, 100, 300])
@pytest.mark.parametrize("name", SOUND)
def test_a_sound_method_is_healthy_early_and_late(name, steps):
    assert Run(name, seed=steps).train(steps).status == "healthy"


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("simclr, temperature 100", "do not discriminate"),
        ("barlow twins without redundancy reduction", "directions"),
        ("simsiam without stop-gradient", "directions"),
        ("vicreg without variance and covariance", "alike"),
    ],
)
def test_a_method_that_lacks_what_it_needs_is_named(name, what, seed):
    found = Run(name, seed).train()
    assert found.status in ("collapsing", "collapsed")
    assert what in found.sentence
    assert found.remedy
