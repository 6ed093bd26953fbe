from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from coview.batch import Views
from coview.errors import UserError
from coview.methods.masked.mae import MAE
from coview.methods.masked.multiview_mae import MultiviewMAE
from coview.modalities.points import Points
from coview.nn.point_net import place_codes
from coview.views.depth import ball_around, depth_pictures, draw_poses, rays
from coview.views.looks import Positives
from tests.methods.slots import draws, encoders, look, samples, without


def multiview(**options: object) -> MultiviewMAE:
    made = encoders(thing="points")
    torch.manual_seed(3)
    small = {"decoder_dim": 32, "decoder_depth": 1, "side": 8, "patch": 4}
    return MultiviewMAE(made["thing"], **{**small, **options}).double()  # type: ignore[arg-type]


def heard(method: MultiviewMAE) -> list[Tensor]:
    """What the depth decoder says from now on."""
    said: list[Tensor] = []

    def hear(module: nn.Module, given: object, out: Tensor) -> None:
        said.append(out)

    method.depth_decoder.register_forward_hook(hear)
    return said


def pictured(points: Tensor, poses: Tensor) -> Tensor:
    """Pictures of 8 x 8 pixels, which the ball around a cloud fills."""
    middle, radius = ball_around(points)
    return depth_pictures((points - middle[:, None]) / radius[:, None, None], poses, 8)


def test_pictures_are_of_all_points_that_are_stored() -> None:
    method, batch = multiview(), samples(thing="points")
    views, _ = look(method, batch)
    poses = draw_poses(draws(batch), 4, 30.0)
    assert torch.equal(views.carry["poses"], poses)
    assert torch.equal(views.carry["pictures"], pictured(batch["thing"].value[:, 0], poses))
    assert batch["thing"].value.shape[2] > views["view"].value.shape[2]


def test_pictures_of_an_augmented_cloud_turn_with_it() -> None:
    method, batch = multiview(positives=Positives.AUTO), samples(thing="points")
    views, _ = look(method, batch)
    how = views["view"].params
    moved = batch["thing"].value[:, 0] @ how["matrix"][:, 0].mT + how["shift"][:, :1]
    expected = pictured(moved, views.carry["poses"])
    assert (views.carry["pictures"] - expected).abs().gt(1e-4).float().mean() < 0.01


def test_a_cloud_moved_out_of_the_frame_is_seen_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    method, batch = multiview(positives=Positives.AUTO), samples(thing="points")
    kind = method.encoder.modality
    assert isinstance(kind, Points)
    monkeypatch.setattr(kind, "options", replace(kind.options, shift=5.0, scaling=2.0))
    views, _ = look(method, batch)
    moved = batch["thing"].value[:, 0] @ views["view"].params["matrix"][:, 0].mT
    assert views["view"].value.abs().amax() > 2
    seen, whole = views.carry["pictures"], pictured(moved, views.carry["poses"])
    assert (seen - whole).abs().gt(1e-4).float().mean() < 0.01


def test_queries_know_where_the_cloud_is_and_how_large() -> None:
    method, batch = multiview(), samples(thing="points")
    said = heard(method)
    views, _ = look(method, batch)
    carry = views.carry
    views.carry = carry | {"middle": carry["middle"] + 0.5}
    method.represent(views)
    views.carry = carry | {"radius": 2 * carry["radius"]}
    method.represent(views)
    assert all((other - said[0]).abs().max() > 1e-3 for other in said[1:])


def test_points_are_rebuilt_as_by_mae() -> None:
    method, batch = multiview(), samples(thing="points")
    plain = MAE(method.encoder, decoder_dim=32, decoder_depth=1).double()
    plain.decoder = method.decoder
    torch.testing.assert_close(
        look(method, batch)[1].losses["reconstruction"], look(plain, batch)[1].losses["reconstruction"]
    )


def test_depth_is_the_mean_squared_error_of_all_pixels() -> None:
    method, batch = multiview(depth=2.0), samples(thing="points")
    said = heard(method)
    views, reps = look(method, batch)
    each = (said[0] - views.carry["pictures"]).square().mean((1, 2, 3))
    torch.testing.assert_close(reps.losses["depth"], 2 * each)


def test_a_pose_is_told_by_itself_and_knows_which_it_is() -> None:
    method, batch = multiview(), samples(thing="points")
    said = heard(method)
    views, _ = look(method, batch)
    order = [2, 0, 3, 1]
    views.carry |= {name: views.carry[name][:, order] for name in ("poses", "pictures")}
    method.represent(views)
    torch.testing.assert_close(said[1], said[0][:, order])
    assert (said[0][:, 0] - said[0][:, 1]).abs().max() > 1e-3


def test_patches_of_a_picture_are_put_in_their_places() -> None:
    decoder = multiview().depth_decoder
    tokens, places = torch.randn(2, 3, 32).double(), torch.randn(2, 6, 32).double()
    at, poses = torch.arange(3).expand(2, -1), torch.eye(3).expand(2, 1, 3, 3)
    wanted = torch.arange(6, 10).expand(2, -1)
    ball = (torch.tensor([[0.1, 0.2, 0.3], [0, 0, 0]]), torch.tensor([0.5, 1.0]))
    on_plane, away = (codes[:, 0] for codes in rays(poses, 2, *ball))
    queries = torch.cat([place_codes(on_plane, 16), place_codes(away, 16)], -1).double()
    told = decoder.decoder(tokens, at, wanted, torch.cat([places, queries], 1))
    picture = decoder(tokens, places, at, poses, ball)[:, 0]
    torch.testing.assert_close(picture[:, 4:, :4].flatten(1), told[:, 2])  # the third of four: below, to the left


def test_the_encoder_reads_no_picture() -> None:
    method, batch = multiview(), samples(thing="points")
    views, reps = look(method, batch)
    dark = Views(views.views, carry={**views.carry, "pictures": torch.zeros_like(views.carry["pictures"])})
    other = method.represent(dark).losses
    torch.testing.assert_close(other["reconstruction"], reps.losses["reconstruction"])
    assert (other["depth"] != reps.losses["depth"]).all()


def test_absent_samples_have_no_weight() -> None:
    views, reps = look(multiview(), without(samples(5, thing="points"), "thing", [1, 3]))
    for name, loss in reps.losses.items():
        assert torch.equal(views.weights[name][[1, 3]], torch.zeros(2))
        assert torch.isfinite(loss).all()


def test_without_weight_nothing_is_pictured_and_mae_is_left() -> None:
    method, batch = multiview(depth=0.0), samples(thing="points")
    plain = MAE(method.encoder, decoder_dim=32, decoder_depth=1).double()
    plain.decoder = method.decoder
    assert {n: p.shape for n, p in method.named_parameters()} == {n: p.shape for n, p in plain.named_parameters()}
    views, reps = look(method, batch)
    assert not views.carry
    assert views.weights.keys() == reps.losses.keys() == {"reconstruction"}
    assert torch.equal(reps.losses["reconstruction"], look(plain, batch)[1].losses["reconstruction"])


@pytest.mark.parametrize(("side", "patch", "said"), [(8, 3, "patches of 3; say side=12"), (0, 4, "patches of 4; say")])
def test_sides_that_patches_do_not_fill_are_refused(side: int, patch: int, said: str) -> None:
    with pytest.raises(UserError, match=f"do not fall into {said}"):
        multiview(side=side, patch=patch)
