import pytest
import torch
from torchvision.transforms.v2 import functional as V

from coview.views.blur import blur


def pictures() -> torch.Tensor:
    return torch.rand(3, 2, 64, 48, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("sigma", [0.3, 1.0, 2.0])
def test_blur_is_torchvisions_away_from_the_border(sigma: float):
    x = pictures()
    edge = 12
    want = V.gaussian_blur(x, [2 * edge + 1, 2 * edge + 1], [sigma, sigma])
    got = blur(x, torch.full((3,), sigma))
    torch.testing.assert_close(got[..., edge:-edge, edge:-edge], want[..., edge:-edge, edge:-edge], atol=1e-5, rtol=0)


def test_each_picture_has_its_own_width_and_width_zero_keeps_it():
    x = pictures()
    got = blur(x, torch.tensor([0.0, 1.0, 2.0]))
    assert torch.equal(got[0], x[0])
    torch.testing.assert_close(got[1:2], blur(x[1:2], torch.tensor([1.0])))
    assert got[2].var() < got[1].var() < x[1].var()


def test_a_constant_picture_stays_constant_up_to_its_border():
    x = torch.full((1, 1, 20, 20), 0.7)
    torch.testing.assert_close(blur(x, torch.tensor([3.0])), x)
