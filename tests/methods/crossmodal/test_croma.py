from __future__ import annotations

import pytest
import torch

from coview.batch import Views
from coview.losses import symmetric_info_nce
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
