"""Contrast at every level of a recording, against plain loops over its pairs."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses import (
    group_contrastive,
    instance_contrast,
    mean_discrepancy,
    observation_contrast,
    weighted_contrastive_rows,
)

ALL = torch.ones(3, 6, dtype=torch.bool)


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def halved(r: Tensor) -> Tensor:
    """The greater of two neighbours along time: `(2, t, D)`; an odd one out stands for itself."""
    parts = [r[:, t : t + 2].amax(1) for t in range(0, r.shape[1], 2)]
    return torch.stack(parts, 1)


def places(r: Tensor) -> Tensor:
    """Observation level of one sample `(2, t, D)`, pair by pair."""
    t, total = r.shape[1], 0.0
    for look in range(2):
        for i in range(t):
            other = [math.exp(float(r[look, i] @ r[1 - look, j])) for j in range(t)]
            own = [math.exp(float(r[look, i] @ r[look, j])) for j in range(t) if j != i]
            total -= math.log(other[i] / (sum(other) + sum(own)))
    return torch.tensor(total / (2 * t), dtype=torch.float64)


def test_observations_are_told_from_the_other_places_at_every_scale() -> None:
    looks = noise(3, 2, 6, 4)
    want = []
    for r in looks:
        scales = []
        while r.shape[1] > 1:
            scales.append(places(r))
            r = halved(r)
        want.append(torch.stack(scales).mean())
    torch.testing.assert_close(observation_contrast(looks, ALL), torch.stack(want))


@pytest.mark.parametrize("loss", [observation_contrast, instance_contrast])
def test_padding_changes_nothing(loss) -> None:  # type: ignore[no-untyped-def]
    looks = noise(3, 2, 5, 4)
    valid = torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0], [1, 1, 0, 0, 0]], dtype=torch.bool)
    wide = torch.cat([looks.masked_fill(~valid[:, None, :, None], 99.0), torch.full((3, 2, 7, 4), -50.0)], 2)
    told = F.pad(valid, (0, 7))
    torch.testing.assert_close(loss(wide, told), loss(looks, valid))


def test_samples_are_told_from_each_other_at_every_place_and_scale() -> None:
    looks = noise(3, 2, 4, 4)
    scales, r = [], looks
    while r.shape[2] > 1:
        n, _, t, _ = r.shape
        each = []
        for i in range(n):
            for look in range(2):
                for at in range(t):
                    anchor = r[i, look, at]
                    other = [math.exp(float(anchor @ r[j, 1 - look, at])) for j in range(n)]
                    own = [math.exp(float(anchor @ r[j, look, at])) for j in range(n) if j != i]
                    each.append(-math.log(other[i] / (sum(other) + sum(own))))
        scales.append(sum(each) / len(each))
        r = torch.stack([halved(x) for x in r])
    want = torch.tensor(sum(scales) / len(scales), dtype=torch.float64)
    torch.testing.assert_close(instance_contrast(looks, ALL[:, :4]), want)


def test_parts_of_one_whole_find_each_other() -> None:
    z, group, t = noise(5, 3), torch.tensor([7, 7, 7, 8, 9]), 0.5
    u = F.normalize(z, dim=1)
    want = []
    for i in range(3):  # the other two are alone
        below = sum(math.exp(float(u[i] @ u[k]) / t) for k in range(5) if k != i)
        want.append(sum(-math.log(math.exp(float(u[i] @ u[j]) / t) / below) for j in range(3) if j != i) / 2)
    torch.testing.assert_close(group_contrastive(z, group, t), torch.tensor(sum(want) / 3, dtype=torch.float64))


def test_nobody_with_a_partner_loses_nothing() -> None:
    assert float(group_contrastive(noise(3, 2), torch.arange(3), 0.1)) == 0


def test_a_view_s_negatives_share_its_weight_and_one_s_own_is_none() -> None:
    a, b, c = noise(2, 3), noise(2, 3, seed=1), noise(4, 3, seed=2)
    sample, view, weight, t = torch.tensor([0, 1, 2, 2]), [0, 0, 0, 1], [0.5, 2.0], 0.3
    views, weights = torch.tensor(view), torch.tensor(weight).double()
    found = weighted_contrastive_rows(a, b, torch.tensor([0, 1]), c, sample, views, weights, t)
    a, b, c = (F.normalize(x, dim=1) for x in (a, b, c))
    for i in range(2):
        own = math.exp(float(a[i] @ b[i]) / t)
        others = 0.0
        for v in range(2):
            told = [math.exp(float(a[i] @ c[j]) / t) for j in range(4) if sample[j] != i and view[j] == v]
            others += weight[v] * sum(told) / len(told)
        assert float(found[i]) == pytest.approx(-math.log(own / (own + others)))


def test_discrepancy_of_two_points_is_known() -> None:
    """Two points d apart: the mean squared distance is d^2 / 2, so that the kernel between them is exp(-2)."""
    found = mean_discrepancy(torch.tensor([[0.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
    assert float(found) == pytest.approx(2 - 2 * math.exp(-2), rel=1e-5)


def test_discrepancy_grows_with_the_distance_of_distributions() -> None:
    a, b = noise(200, 2), noise(200, 2, seed=1)
    apart = [float(mean_discrepancy(a, b + shift)) for shift in (0.0, 0.5, 2.0)]
    assert apart[0] < 0.01 < apart[1] < apart[2]
    assert float(mean_discrepancy(a, a.flip(0))) == pytest.approx(0, abs=1e-12)
