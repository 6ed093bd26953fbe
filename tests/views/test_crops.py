import pytest
import torch

from coview.batch import View
from coview.modalities.image import Image
from coview.views.crops import multi_crop
from coview.views.draw import Draw
from coview.views.looks import Positives


def flat_pictures(b: int, v: int) -> View:
    """View j of every sample is the constant picture 20 (j + 1), so that a look tells where it is from."""
    value = (torch.arange(v, dtype=torch.uint8) + 1)[None, :, None, None, None] * 20
    return View(value.expand(b, v, 3, 32, 32).contiguous(), "image", torch.ones(b, v, dtype=torch.bool))


def image() -> Image:
    return Image(32, 3, color=0, grey=0)


def seen(view: View, modality: Image) -> torch.Tensor:
    """Which natural view each look is of."""
    return (view.value.mean((2, 3, 4)) * 0.25 + 0.5).mul(255 / 20).round().long() - 1


def test_two_groups_of_two_sizes():
    whole, part = multi_crop(flat_pictures(5, 1), image(), Draw(0, 0, torch.arange(5)), n_global=2, n_local=6)
    assert whole.value.shape == (5, 2, 3, 32, 32)
    assert part.value.shape == (5, 6, 3, 16, 16)


def test_crops_have_the_shares_asked():
    whole, part = multi_crop(
        flat_pictures(50, 1), image(), Draw(0, 0, torch.arange(50)), global_scale=(0.4, 1.0), local_scale=(0.05, 0.3)
    )
    area = [v.params["box"][..., 2] * v.params["box"][..., 3] for v in (whole, part)]
    assert area[0].min() >= 0.4 - 1e-5
    assert area[1].max() <= 0.3 + 1e-5
    assert area[1].min() >= 0.05 - 1e-5


def test_globals_are_of_different_natural_views_and_locals_of_all():
    whole, part = multi_crop(flat_pictures(40, 3), image(), Draw(0, 0, torch.arange(40)), n_local=4)
    globals_, locals_ = seen(whole, image()), seen(part, image())
    assert (globals_[:, 0] != globals_[:, 1]).all()
    for a, b in zip(globals_, locals_):
        assert set(a.tolist()) | set(b.tolist()) == {0, 1, 2}


def test_augment_takes_all_crops_from_one_natural_view():
    whole, part = multi_crop(flat_pictures(20, 3), image(), Draw(0, 0, torch.arange(20)), positives=Positives.AUGMENT)
    both = torch.cat([seen(whole, image()), seen(part, image())], 1)
    assert (both == both[:, :1]).all()
    assert len(both[:, 0].unique()) == 3


def test_natural_leaves_out_samples_with_too_few_views():
    view = flat_pictures(4, 3)
    view.present[0, 1:] = False
    whole, part = multi_crop(view, image(), Draw(0, 0, torch.arange(4)), positives=Positives.NATURAL)
    assert whole.present.all(1).tolist() == [False, True, True, True]
    assert part.present.any(1).tolist() == [False, True, True, True]


@pytest.mark.parametrize("positives", list(Positives))
def test_no_local_crops_is_a_view_of_none(positives: Positives):
    whole, part = multi_crop(flat_pictures(4, 2), image(), Draw(0, 0, torch.arange(4)), n_local=0, positives=positives)
    assert whole.width == 2
    assert part.width == 0
