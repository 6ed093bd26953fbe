"""Closed forms of the health equations."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.health.alignment import alignment
from coview.health.cosine import mean_cosine
from coview.health.gap import teacher_gap
from coview.health.rank import rankme, singular_values, spectrum_participation
from coview.health.spread import dead_dimensions, spread, variation
from coview.health.uniformity import uniformity


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def orthonormal(n: int, d: int) -> torch.Tensor:
    return torch.linalg.qr(random(n, d).double()).Q


def participation(z: torch.Tensor) -> float:
    return spectrum_participation(singular_values(z - z.mean(0)))


def test_rank_of_equal_singular_values_is_the_dimension():
    assert rankme(3.7 * orthonormal(200, 16)) == pytest.approx(16, rel=1e-4)


def test_rank_of_a_constant_is_one():
    assert rankme(torch.ones(100, 32)) == pytest.approx(1, abs=1e-4)


def test_rankme_is_the_entropy_of_the_singular_values():
    s = torch.tensor([4.0, 2.0, 1.0, 1.0]).double()
    p = s / 8 + 1e-7
    assert rankme(orthonormal(50, 4) * s) == pytest.approx(float((-(p * p.log()).sum()).exp()), rel=1e-9)


def test_rank_of_nothing_is_zero():
    assert rankme(torch.zeros(10, 4)) == participation(torch.ones(10, 4)) == 0


def test_participation_of_two_unequal_variances():
    z = torch.tensor([[1.0, 0], [-1, 0], [0, 0.5], [0, -0.5]])  # variances in ratio 4 : 1
    assert participation(z + 100) == pytest.approx(25 / 17, rel=1e-6)


@settings(deadline=None, max_examples=20)
@given(st.integers(2, 40), st.integers(1, 20), st.floats(0.01, 100))
def test_ranks_stay_within_bounds_and_ignore_scale(n, d, scale):
    z = random(n, d, seed=n * 100 + d)
    for rank in (rankme, participation):
        assert 1 - 1e-6 <= rank(z) <= min(n, d) * (1 + 1e-4)
        assert rank(z * scale) == pytest.approx(rank(z), rel=1e-4)


def test_alignment_of_identical_looks_is_zero_at_any_length():
    z = random(20, 5)
    assert alignment(z, 3 * z) == pytest.approx(0, abs=1e-10)


def test_alignment_at_right_angles_is_two_and_of_opposites_four():
    z = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    assert alignment(z, z.flip(1)) == pytest.approx(2)
    assert alignment(z, -z) == pytest.approx(4)


def test_alignment_with_another_exponent():
    z = torch.tensor([[1.0, 0.0]])
    assert alignment(z, z.flip(1), alpha=1) == pytest.approx(math.sqrt(2))


def test_uniformity_of_points_evenly_on_the_circle():
    n, t = 400, 2.0
    angle = torch.arange(n) * 2 * math.pi / n
    z = torch.stack([angle.cos(), angle.sin()], 1)
    # the mean over the circle of exp(-t (2 - 2 cos a)) is exp(-2t) I0(2t); the point itself (1) is no pair
    whole = math.exp(-2 * t) * float(torch.special.i0(torch.tensor(2 * t)))
    assert uniformity(z, t=t) == pytest.approx(math.log((whole * n - 1) / (n - 1)), abs=1e-4)


def test_uniformity_of_one_point_is_zero():
    assert uniformity(torch.ones(30, 4)) == pytest.approx(0, abs=1e-6)


def test_uniformity_of_two_opposite_clusters():
    z = torch.tensor([[1.0, 0.0]] * 50 + [[-1.0, 0.0]] * 50)
    same, apart = 2 * 50 * 49 / (100 * 99), 2 * 50 * 50 / (100 * 99)
    assert uniformity(z) == pytest.approx(math.log(same + apart * math.exp(-8)), abs=1e-5)


def test_mean_cosine_of_pairs_by_hand():
    z = torch.tensor([[1.0, 0.0], [0.0, 3.0], [-2.0, 0.0]])
    assert mean_cosine(z) == pytest.approx((0 + 0 - 1) / 3)


def test_mean_cosine_matches_the_matrix():
    z = random(17, 6)
    unit = z / z.norm(dim=1, keepdim=True)
    cosine = unit @ unit.T
    assert mean_cosine(z) == pytest.approx(float(cosine[~torch.eye(17, dtype=torch.bool)].mean()), abs=1e-6)


def test_spread_is_one_for_vectors_evenly_on_the_sphere():
    assert spread(random(20_000, 8)) == pytest.approx(torch.ones(8), abs=0.03)


def test_spread_of_one_vector_is_zero():
    assert spread(torch.ones(5, 3)).abs().max() < 1e-7


def test_variation_is_all_where_centred_and_little_beside_a_large_mean():
    z = torch.tensor([[1.0, 0], [-1, 0]])
    assert variation(z) == pytest.approx(1)
    assert variation(z + torch.tensor([0.0, 3.0])) == pytest.approx(1 / math.sqrt(10))
    assert variation(torch.zeros(3, 2)) == 0


def test_dead_dimensions_are_those_that_no_sample_moves():
    z = random(100, 8)
    z[:, :3] = 5.0
    z[:, 3] = 1e-5 * z[:, 3]
    assert dead_dimensions(z) == pytest.approx(0.5)
    assert dead_dimensions(torch.full((10, 4), 2.0)) == 1


def test_teacher_gap_of_the_same_of_right_angles_and_of_opposites():
    z = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    assert teacher_gap(z, 3 * z) == pytest.approx(0, abs=1e-7)
    assert teacher_gap(z, z.flip(1)) == pytest.approx(1)
    assert teacher_gap(z, -z) == pytest.approx(2)


def test_teacher_gap_is_of_rows_that_are_finite_in_both():
    z, slow = random(4, 3), random(4, 3, seed=1)
    student, teacher = torch.cat([z, slow]), torch.cat([slow, z])
    student[0], teacher[5] = torch.nan, torch.inf
    kept = [1, 2, 3, 4, 6, 7]
    assert teacher_gap(student, teacher) == pytest.approx(teacher_gap(student[kept], teacher[kept]))
    assert teacher_gap(student[:1], teacher[:1]) is None
