from __future__ import annotations

import pytest
import torch

from coview.batch import Embedding, Views
from coview.errors import UserError
from coview.losses import symmetric_info_nce
from coview.methods.base import embed_slot
from coview.methods.crossmodal.croma import CROMA
from tests.methods.slots import encoders, joined, look, relation_losses, samples, without

PAIR = {"radar": "image", "optical": "image"}


def croma(slots: dict[str, str] = PAIR, **options: float) -> CROMA:
    torch.manual_seed(3)
    return CROMA(encoders(**slots), dim=16, decoder_dim=32, **options).double()  # type: ignore[arg-type]


def test_each_slot_is_hidden_by_itself() -> None:
    method, batch = croma(), samples(**PAIR)
    views, _ = look(method, batch)
    keep = [views[slot].params["keep"] for slot in PAIR]
    assert keep[0].shape == keep[1].shape
    assert not torch.equal(*keep)


def test_the_contrast_is_clips_on_what_each_slot_kept() -> None:
    method, batch = croma(), samples(**PAIR)
    z = joined(look(method, batch)[1], batch)
    looks, _ = method.joint(z)
    expected = symmetric_info_nce(looks[:, 0], looks[:, 1], 0.07)
    torch.testing.assert_close(method.relate(z).losses["info_nce"], expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize("slot", list(PAIR))
def test_both_slots_are_rebuilt_from_what_both_kept(slot: str) -> None:
    method, batch = croma(), samples(**PAIR)
    said: dict[str, list[torch.Tensor]] = {name: [] for name in PAIR}
    for name in PAIR:
        method.outs[name].register_forward_hook(lambda module, given, out, name=name: said[name].append(out))
    views, _ = look(method, batch)
    view, kind = views[slot], method.slot_encoders()[slot].modality
    cut = kind.tokens(view).value
    kept = torch.zeros(cut.shape[:3], dtype=torch.bool).scatter_(2, view.params["keep"], True)
    for changed, heard in ((kept, True), (~kept, False)):
        other = kind.untokens(torch.where(changed[..., None], cut + 1, cut), view)
        method.represent(Views({**views.views, slot: view.with_value(other)}, views.weights))
        for name in PAIR:
            assert torch.equal(said[name][0], said[name][-1]) is not heard


def test_a_loss_of_no_weight_is_not_computed() -> None:
    batch = samples(**PAIR)
    views, reps = look(croma(reconstruction=0.0), batch)
    assert not reps.losses
    assert not views.weights
    assert relation_losses(croma(reconstruction=0.0), batch).keys() == {"info_nce"}
    alone = croma(contrast=0.0)
    _, reps = look(alone, batch)
    assert not reps.features
    assert reps.losses.keys() == {"reconstruction"}
    assert not alone.relate(joined(reps, batch)).losses


def test_a_sample_without_a_slot_takes_no_part() -> None:
    method, batch = croma(), samples(**PAIR)
    lacking = without(batch, "optical", [0, 3])
    views, reps = look(method, lacking)
    assert views.weights["reconstruction"].tolist() == [0, 1, 1, 0, 1, 1]
    whole = look(method, batch)[1]
    here = torch.tensor([1, 2, 4, 5])
    torch.testing.assert_close(reps.losses["reconstruction"][here], whole.losses["reconstruction"][here])


def test_slots_whose_grids_have_other_axes_are_fused_without_distance() -> None:
    slots = {"drawing": "image", "name": "text"}
    _, reps = look(croma(slots), samples(**slots))
    assert torch.isfinite(reps.losses["reconstruction"]).all()


def test_tokens_that_stand_by_their_value_are_fused_without_distance() -> None:
    slots = {"cloud": "points", "name": "text"}
    method, given = croma(slots), []
    method.fusion.register_forward_pre_hook(lambda module, args: given.append(args[2:4]))
    look(method, samples(**slots))
    assert given == [(None, None)]


def test_the_first_encoder_says_how_many_heads_fuse() -> None:
    chosen = encoders(**PAIR)
    chosen["radar"].options["heads"] = 8
    assert CROMA(chosen, dim=16).fusion.heads == 8


def embedded(views: dict[str, int], **options: float) -> tuple[CROMA, dict[str, dict[str, Embedding]]]:
    method = croma(**options).eval()
    with torch.no_grad():
        return method, method.embed(samples(views=views, **PAIR))


def test_a_slots_own_space_is_what_the_contrast_trains() -> None:
    method, found = embedded({"radar": 1, "optical": 1})
    assert list(found) == ["radar", "optical", "fused", "joint"]
    pooled = embed_slot(method.slot_encoders()["optical"], samples(**PAIR)).values
    own = found["optical"]["optical"]
    torch.testing.assert_close(own.values, method.pooling["optical"](pooled))
    unit = method.space.unit("optical", own.values, own.present)
    torch.testing.assert_close(found["joint"]["optical"].values, unit)


def test_both_slots_read_as_one_are_the_mean_of_the_fused_tokens() -> None:
    method, found = embedded({"radar": 1, "optical": 1})
    batch, read = samples(**PAIR), method.slot_encoders()
    views = {slot: read[slot].modality.prepare(batch[slot]) for slot in PAIR}
    tokens = {slot: read[slot](views[slot]).tokens[:, 0] for slot in PAIR}
    at = method.centres(views, method.places(views))["radar"][None]
    fused = method.fusion(tokens["radar"], method.context(tokens["optical"]), at, at)
    assert list(found["fused"]) == ["radar"]
    torch.testing.assert_close(found["fused"]["radar"].values[:, 0], fused.mean(1))


def test_natural_views_are_fused_one_by_one_where_both_slots_have_them() -> None:
    _, found = embedded({"radar": 3, "optical": 2})
    assert found["fused"]["radar"].present.tolist() == [[True, True, False]] * 6
    assert not found["fused"]["radar"].values[:, 2].any()
    method = croma().eval()
    lacking = without(samples(**PAIR), "optical", [0, 3])
    assert method.embed(lacking)["fused"]["radar"].present[:, 0].tolist() == [False, True, True, False, True, True]


def test_what_no_loss_trains_is_not_embedded() -> None:
    method, found = embedded({"radar": 1, "optical": 1}, contrast=0.0)
    assert list(found) == ["radar", "optical", "fused"]
    pooled = embed_slot(method.slot_encoders()["radar"], samples(**PAIR)).values
    torch.testing.assert_close(found["radar"]["radar"].values, pooled)
    assert not any(p.requires_grad for part in (method.pooling, method.space, method.scale) for p in part.parameters())
    method, found = embedded({"radar": 1, "optical": 1}, reconstruction=0.0)
    assert list(found) == ["radar", "optical", "joint"]
    assert not any(p.requires_grad for part in (method.fusion, method.decoder, method.outs) for p in part.parameters())


def test_two_losses_of_no_weight_are_refused() -> None:
    with pytest.raises(UserError, match="contrast and reconstruction both weigh 0"):
        croma(contrast=0.0, reconstruction=0.0)
