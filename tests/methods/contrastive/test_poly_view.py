from __future__ import annotations

import pytest
import torch

from coview.methods.contrastive.poly_view import Objective
from coview.views.looks import Positives
from tests.methods.joint import features, make, samples


@pytest.mark.parametrize("objective", list(Objective))
def test_with_two_looks_it_is_simclr(objective: Objective):
    poly, pair = make("poly-view", multiplicity=2, objective=objective), make("simclr")
    whole = samples(missing=0.3)
    want = pair.relate(features(pair, whole)).losses["nt_xent"]
    torch.testing.assert_close(poly.relate(features(poly, whole)).losses[objective], want)


def test_the_arithmetic_objective_is_below_the_geometric_one():
    found = {}
    for objective in (Objective.ARITHMETIC, Objective.GEOMETRIC):
        method = make("poly-view", objective=objective)
        found[objective] = method.relate(features(method, samples())).losses[objective]
    assert found[Objective.ARITHMETIC] < found[Objective.GEOMETRIC]


def test_looks_in_any_order_say_the_same():
    method = make("poly-view")
    z = features(method, samples())
    order = [2, 0, 3, 1]
    other = type(z)({n: v[:, order] for n, v in z.items()}, z.key)
    torch.testing.assert_close(method.relate(z).losses, method.relate(other).losses)


def test_a_sample_with_one_natural_view_is_a_negative_only():
    method = make("poly-view", multiplicity=2, positives=Positives.NATURAL)
    whole = samples(n=6)
    z = features(method, whole)
    z.tensors["present"][0, 1] = False
    loss = method.relate(z).losses["geometric"]
    loss.backward()
    rows = torch.arange(1, 6)
    without = type(z)({n: v[rows] for n, v in z.items()}, z.key[rows])
    assert not torch.equal(loss, method.relate(without).losses["geometric"])


def test_nobody_with_two_looks_relates_nothing():
    method = make("poly-view", positives=Positives.NATURAL)
    z = features(method, samples())
    z.tensors["present"][:, 1:] = False
    assert not method.relate(z).losses
