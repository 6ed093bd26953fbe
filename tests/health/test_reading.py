"""Readings: what is looked at, and how looks are told from samples."""

import json

import pytest
import torch

from coview.health.reading import Reading, read


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_a_modality_gap_is_not_taken_for_structure_among_samples():
    z = random(200, 2, 16)
    gap = torch.stack([torch.full((16,), 30.0), torch.full((16,), -30.0)])
    assert read(z + gap).participation == pytest.approx(read(z).participation, rel=1e-3)


def test_collapse_within_each_look_is_seen_across_a_gap():
    z = torch.stack([torch.ones(50, 8), -torch.ones(50, 8)], 1) + 1e-6 * random(50, 2, 8)
    assert read(z).cosine == pytest.approx(1, abs=1e-6)


def test_looks_that_are_not_there_are_not_read():
    z, present = random(60, 2, 8), torch.ones(60, 2, dtype=torch.bool)
    present[40:, 1] = False
    z[40:, 1] = torch.nan
    found = read(z, present)
    assert found.finite == 1
    assert found.rows == 100
    assert found.alignment == pytest.approx(read(z[:40]).alignment)


def test_rows_that_are_not_finite_are_counted_and_left_out():
    z = random(100, 8)
    z[:25] = torch.inf
    found = read(z)
    assert found.finite == 0.75
    assert found.cosine == pytest.approx(read(z[25:]).cosine)


def test_nothing_finite_is_a_reading_too():
    assert read(torch.full((5, 3), torch.nan)).finite == 0


def test_copies_are_counted_once():
    assert read(random(10, 8).repeat(5, 1)).distinct == 10


def test_a_large_set_is_read_in_part():
    found = read(random(5000, 2, 4))
    assert found.rows == 1024
    assert found.dim == 4


def test_one_look_has_no_alignment():
    assert read(random(30, 8)).alignment is None
    assert read(random(30, 8)).agreement is None


def test_a_reading_survives_json():
    found = read(random(30, 2, 8))
    assert Reading.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_scale_changes_nothing():
    z = random(50, 2, 8)
    small, large = ({n: v for n, v in read(x).to_dict().items() if v is not None} for x in (z * 1e-4, z))
    assert small == pytest.approx(large, rel=1e-3)


@pytest.mark.parametrize("shape", [(4,), (4, 2, 3, 5)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="N, D"):
        read(torch.zeros(shape))


def test_nobody_there_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        read(torch.zeros(3, 2, 4), torch.zeros(3, 2, dtype=torch.bool))
