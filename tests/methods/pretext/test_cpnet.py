from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from coview.errors import UserError
from coview.methods.pretext.cpnet import CPNet
from tests.methods.slots import encoders, joined, look, samples, without


def cpnet(**options: object) -> CPNet:
    made = encoders(film="video")
    torch.manual_seed(3)
    return CPNet(made["film"], dim=16, hidden=24, **options).double()  # type: ignore[arg-type]


def test_clips_are_as_long_as_usual_and_sections_half_of_that() -> None:
    method, batch = cpnet(), samples(film="video")
    views, _ = look(method, batch)
    assert views["clips"].value.shape[:3] == (6, 2, 4)
    assert views["sections"].value.shape[:3] == (6, 2, 2)


def test_who_knows_nothing_pays_for_two_answers_and_for_every_place_of_a_cut() -> None:
    method, batch = cpnet(), samples(film="video")
    for head in (method.whole, method.place):
        torch.nn.init.zeros_(head.weight)
        torch.nn.init.zeros_(head.bias)
    losses = look(method, batch)[1].losses
    torch.testing.assert_close(losses["justification"], torch.full((6,), math.log(2), dtype=torch.float64))
    torch.testing.assert_close(losses["localisation"], torch.full((6,), math.log(3), dtype=torch.float64))


def test_the_missing_section_is_told_from_outside_ones_and_from_those_of_other_samples() -> None:
    method, batch = cpnet(temperature=0.3).eval(), samples(film="video")
    z = joined(look(method, batch)[1], batch)
    told = method.predictor(z["clip"])
    every = [method.projector(z["sections"][:, side]) for side in (0, 1)]
    terms = []
    for i in range(6):
        likeness = torch.stack([F.cosine_similarity(told[i], s[j], dim=0) for s in every for j in range(6)]) / 0.3
        terms.append(likeness.logsumexp(0) - likeness[i])
    torch.testing.assert_close(method.relate(z).losses["approximation"], torch.stack(terms).mean())


def test_absent_videos_are_left_out() -> None:
    method, batch = cpnet().eval(), samples(film="video")
    lacking = joined(look(method, without(batch, "film", [0, 3]))[1], batch)
    some = batch.rows(torch.tensor([1, 2, 4, 5]))
    torch.testing.assert_close(method.relate(lacking).losses, method.relate(joined(look(method, some)[1], some)).losses)


def test_a_task_that_weighs_nothing_is_left_out() -> None:
    method, batch = cpnet(localisation=0.0, approximation=0.0), samples(film="video")
    _, reps = look(method, batch)
    assert list(reps.losses) == ["justification"]
    assert not method.relate(joined(reps, batch)).losses


def test_a_section_longer_than_half_of_a_clip_is_refused() -> None:
    with pytest.raises(UserError, match="at most half of a clip"):
        cpnet(section=0.9)


def test_nothing_to_tell_is_refused() -> None:
    with pytest.raises(UserError, match="all weigh 0"):
        cpnet(justification=0.0, localisation=0.0, approximation=0.0)
