from __future__ import annotations

import math

import pytest
import torch

from coview.errors import UserError
from coview.losses import head_overlap, similarity_contrast, temporal_variation
from coview.methods.crossmodal.denseav import DenseAV
from coview.nn.dense_similarity import dense_similarity, own_volume
from tests.methods.slots import encoders, joined, look, relation_losses, samples, without

PAIR = {"picture": "image", "speech": "audio"}


def denseav(**options: float) -> DenseAV:
    torch.manual_seed(3)
    return DenseAV(encoders(**PAIR), **({"dim": 16} | options)).double()  # type: ignore[arg-type]


def test_it_contrasts_dense_similarities_times_the_learned_scale() -> None:
    method, batch = denseav(scale=3.0), samples(**PAIR)
    z = joined(look(method, batch)[1], batch)
    alike = dense_similarity(z["places"], z["there"], z["moments"], z["heard"])
    torch.testing.assert_close(method.relate(z).losses["info_nce"], similarity_contrast(3.0 * alike))


def test_heads_and_moments_are_kept_in_order_on_each_samples_own_volume() -> None:
    method, batch = denseav(disentanglement=0.5, smoothness=0.25), samples(**PAIR)
    _, reps = look(method, batch)
    z = reps.features
    volume = own_volume(z["places"], z["moments"])
    valid = z["there"][:, :, None] & z["heard"][:, None]
    torch.testing.assert_close(reps.losses["disentanglement"], 0.5 * head_overlap(volume, valid))
    torch.testing.assert_close(reps.losses["smoothness"], 0.25 * temporal_variation(volume, valid))


def test_a_scale_under_its_first_value_is_pulled_back_and_one_above_is_not() -> None:
    method, batch = denseav(scale=2.0, calibration=0.1), samples(**PAIR)
    z = joined(look(method, batch)[1], batch)
    for factor, expected in ((1.0, 0.0), (0.5, 0.1 * math.log(2) ** 2), (4.0, 0.0)):
        with torch.no_grad():
            method.scale.log.fill_(math.log(2.0 * factor))
        assert method.relate(z).losses["calibration"].item() == pytest.approx(expected)


def test_what_has_no_weight_is_not_computed() -> None:
    method = denseav(heads=1, smoothness=0.0, nonnegativity=0.0, calibration=0.0)
    batch = samples(**PAIR)
    views, reps = look(method, batch)
    assert not views.weights
    assert not reps.losses
    assert relation_losses(method, batch).keys() == {"info_nce"}


def test_heads_divide_the_width() -> None:
    with pytest.raises(UserError, match="heads that divide it"):
        denseav(heads=3)


def test_a_sample_without_sound_takes_no_part() -> None:
    method, batch = denseav(), samples(**PAIR)
    lacking = without(batch, "speech", [0, 3])
    here = torch.tensor([1, 2, 4, 5])
    assert look(method, lacking)[0].weights["smoothness"].tolist() == [0, 1, 1, 0, 1, 1]
    found, alone = relation_losses(method, lacking), relation_losses(method, batch.rows(here))
    for name in alone:
        torch.testing.assert_close(found[name], alone[name])


def test_its_map_is_the_best_heads_product_averaged_over_moments() -> None:
    method, batch = denseav().eval(), samples(**PAIR)
    (heat,) = method.maps(batch)
    kinds = method.slot_encoders()
    looks = {slot: kinds[slot](kinds[slot].modality.prepare(batch[slot])) for slot in PAIR}
    places, moments = (method.aligners[slot].map(method.aligners[slot].norm(looks[slot].tokens[:, 0])) for slot in PAIR)
    valid = looks["speech"].valid
    assert valid is not None
    product = [torch.einsum("bsc,btc->bst", places[..., i : i + 8], moments[..., i : i + 8]) for i in (0, 8)]
    best, heard = torch.maximum(*product), valid[:, 0, None]
    torch.testing.assert_close(heat.values.flatten(1), (best * heard).sum(2) / heard.sum(2))
