from __future__ import annotations

import pytest
import torch

from coview.modalities.patches import cut_patches, join_patches

CASES = [((8, 12), (4, 3)), ((4, 6, 8), (2, 3, 4)), ((6,), (2,))]


@pytest.mark.parametrize(("extents", "sides"), CASES)
def test_patches_come_back_as_they_were(extents: tuple[int, ...], sides: tuple[int, ...]) -> None:
    value = torch.randn(2, 3, 5, *extents)
    grid = [extent // side for extent, side in zip(extents, sides, strict=True)]
    assert torch.equal(join_patches(cut_patches(value, grid, sides), grid, sides), value)


def test_a_patch_holds_the_values_of_its_place_channels_last() -> None:
    value = torch.arange(2 * 4 * 6).view(1, 1, 2, 4, 6)
    tokens = cut_patches(value, (2, 2), (2, 3))
    assert tokens.shape == (1, 1, 4, 12)
    assert torch.equal(tokens[0, 0, 1].view(2, 3, 2), value[0, 0, :, :2, 3:].permute(1, 2, 0))
