from __future__ import annotations

import pytest
import torch

from coview.views.draw import Draw
from tests.methods.joint import SEED, STEP, features, make, samples


@pytest.mark.parametrize("first", ["image", "text", "audio"])
def test_without_the_weight_of_blends_it_is_barlow_twins(first: str):
    mixed, plain = make("mixed-barlow-twins", first, mix_weight=0.0), make("barlow-twins", first)
    whole = samples(first)
    want = plain.relate(features(plain, whole)).losses["cross_correlation"]
    torch.testing.assert_close(sum(mixed.relate(features(mixed, whole)).losses.values()), want)


def test_a_blend_of_one_sample_with_nobody_is_that_sample():
    method = make("mixed-barlow-twins")
    z = features(method, samples())
    z.tensors["mixed"] = z["looks"][:, 0]
    z.tensors["share"] = torch.ones_like(z["share"])
    assert method.relate(z).losses["mixed"] < 1e-20


def test_a_blend_that_is_all_partner_is_the_partners_second_look():
    method = make("mixed-barlow-twins")
    z = features(method, samples())
    row = {int(k): i for i, k in enumerate(z.key)}
    at = [row[int(k)] for k in z["partner"]]
    z.tensors["mixed"] = z["looks"][at, 1]
    z.tensors["share"] = torch.zeros_like(z["share"])
    assert method.relate(z).losses["mixed"] < 1e-6  # variances of a and of permuted b, to rounding and epsilon


def test_partners_are_found_in_any_order_and_with_samples_missing():
    method = make("mixed-barlow-twins")
    z = features(method, samples(n=10, missing=0.5))
    assert 2 < int(z["present"].sum()) < 10
    order = torch.randperm(10, generator=torch.Generator().manual_seed(0))
    other = type(z)({n: v[order] for n, v in z.items()}, z.key[order])
    torch.testing.assert_close(method.relate(z).losses, method.relate(other).losses)


def test_pictures_are_blended_pixel_by_pixel():
    method, whole = make("mixed-barlow-twins"), samples()
    views = method.views(whole, Draw(SEED, STEP, whole.key))
    row = {int(k): i for i, k in enumerate(whole.key)}
    at = [row[int(k)] for k in views.carry["partner"]]
    share = views.carry["share"][0]
    own, other = views["looks"].value[:, 0], views["looks"].value[at, 1]
    torch.testing.assert_close(views["mixed"].value[:, 0], share * own + (1 - share) * other)
    assert len(set(at)) == len(at)
    assert all(i != j for i, j in enumerate(at))
