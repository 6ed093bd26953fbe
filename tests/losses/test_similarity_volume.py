from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from coview.losses import (
    best_place,
    distance_correspondence,
    head_overlap,
    negative_pressure,
    similarity_contrast,
    symmetric_info_nce,
    temporal_variation,
)

EVERYWHERE = torch.ones(2, 3, 4, dtype=torch.bool)


def volume(heads: int = 2) -> torch.Tensor:
    return torch.randn(2, heads, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


def test_contrast_of_cosines_is_symmetric_info_nce() -> None:
    a, b = torch.randn(2, 6, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    logits = F.normalize(a, dim=1) @ F.normalize(b, dim=1).T / 0.2
    torch.testing.assert_close(similarity_contrast(logits), symmetric_info_nce(a, b, 0.2))


def test_contrast_of_nobody_is_zero() -> None:
    assert similarity_contrast(torch.zeros(0, 0)) == 0


def test_overlap_of_two_heads_is_their_mean_absolute_product() -> None:
    v = volume()
    torch.testing.assert_close(head_overlap(v, EVERYWHERE), (v[:, 0] * v[:, 1]).abs().mean((1, 2)))


def test_overlap_of_three_heads_is_the_mean_over_pairs() -> None:
    v = volume(3)
    pairs = [head_overlap(v[:, [i, j]], EVERYWHERE) for i, j in ((0, 1), (0, 2), (1, 2))]
    torch.testing.assert_close(head_overlap(v, EVERYWHERE), torch.stack(pairs).mean(0))


def test_heads_that_answer_at_different_places_do_not_overlap() -> None:
    v = torch.zeros(1, 2, 3, 4)
    v[:, 0, 0], v[:, 1, 1] = 5.0, -3.0
    assert head_overlap(v, EVERYWHERE[:1]) == 0


def test_one_head_has_nothing_to_overlap_with() -> None:
    with pytest.raises(ValueError, match="two or more"):
        head_overlap(volume(1), EVERYWHERE)


@pytest.mark.parametrize("loss", [head_overlap, temporal_variation])
def test_padding_is_not_read(loss) -> None:
    v, valid = volume(), EVERYWHERE.clone()
    valid[0, :, 2:] = False
    changed = v.clone()
    changed[0, :, :, 2:] = 1e3
    torch.testing.assert_close(loss(changed, valid), loss(v, valid))
    torch.testing.assert_close(loss(v, valid)[0], loss(v[:1, :, :, :2], valid[:1, :, :2])[0])


def test_a_ramp_varies_by_the_square_of_its_slope() -> None:
    ramp = 3 * torch.arange(4.0).expand(2, 2, 3, 4)
    assert temporal_variation(ramp, EVERYWHERE).tolist() == [9, 9]
    assert temporal_variation(ramp[..., :1], EVERYWHERE[..., :1]).tolist() == [0, 0]


def test_only_negative_similarities_are_pressed() -> None:
    assert negative_pressure(torch.tensor([[2.0, -1.0], [0.0, -3.0]])) == (1 + 9) / 4


def test_distances_far_from_the_threshold_decide_and_the_threshold_does_not() -> None:
    a = torch.eye(3, dtype=torch.float64)
    right = distance_correspondence(a, a, -a, 50.0, 1.0)
    assert right < 1e-10
    at = distance_correspondence(a, -a, -a, 50.0, 2.0)
    torch.testing.assert_close(at, torch.tensor(2.0, dtype=torch.float64).log())


def test_correspondence_is_the_papers_softmax_of_two_affine_maps_of_the_distance() -> None:
    a, b, c = torch.randn(3, 6, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    weight, bias = torch.tensor([-1.5, 2.0], dtype=torch.float64), torch.tensor([0.7, -0.9], dtype=torch.float64)
    pairs = torch.cat([torch.cat([a, a]), torch.cat([b, c])], 1).view(12, 2, 5)
    distance = F.pairwise_distance(*F.normalize(pairs, dim=-1).unbind(1), eps=0)
    label = torch.tensor([0] * 6 + [1] * 6)  # the first output says that they belong together
    expected = F.cross_entropy(distance[:, None] * weight + bias, label)
    scale = weight[1] - weight[0]
    found = distance_correspondence(a, b, c, scale, (bias[0] - bias[1]) / scale)
    torch.testing.assert_close(found, expected)


def test_equal_vectors_have_a_finite_gradient() -> None:
    a = torch.eye(3, requires_grad=True)
    distance_correspondence(a, torch.eye(3), -torch.eye(3), 5.0, 1.0).backward()
    assert a.grad is not None
    assert torch.isfinite(a.grad).all()


def test_the_sigmoid_of_the_best_place_is_the_greatest_sigmoid() -> None:
    generator = torch.Generator().manual_seed(2)
    places, said = torch.randn(4, 6, 5, generator=generator), torch.randn(4, 5, generator=generator)
    there = torch.ones(4, 6, dtype=torch.bool)
    each = ((places * said[:, None]).sum(-1) * 0.3 - 0.2).sigmoid()
    torch.testing.assert_close(best_place(places, said, there, 0.3, -0.2).sigmoid(), each.max(1).values)


def test_a_place_that_is_not_there_is_not_the_best() -> None:
    places, there = torch.tensor([[[1.0], [9.0]]]), torch.tensor([[True, False]])
    assert best_place(places, torch.ones(1, 1), there).tolist() == [1]
