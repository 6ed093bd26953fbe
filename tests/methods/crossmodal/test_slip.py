from __future__ import annotations

import torch

from coview.batch import Features
from coview.losses import nt_xent
from coview.methods.crossmodal.clip import CLIP
from coview.methods.crossmodal.slip import SLIP
from tests.methods.slots import encoders, joined, look, relation_losses, samples, without

PAIR = {"drawing": "image", "name": "text"}


def slip(**options: float) -> SLIP:
    made = encoders(**PAIR)
    torch.manual_seed(3)
    return SLIP(made["drawing"], made["name"], dim=16, hidden=24, agreement_dim=8, **options).double()  # type: ignore[arg-type]


def test_it_is_clip_plus_nt_xent_of_two_looks() -> None:
    method, batch = slip(), samples(**PAIR)
    z = joined(look(method, batch)[1], batch)
    found = method.relate(z).losses
    clip = CLIP(encoders(**PAIR), dim=16).double()
    clip.load_state_dict(method.state_dict(), strict=False)
    one = Features({**z, "drawing": z["drawing"][:, :1], "drawing/present": z["drawing/present"][:, :1]}, z.key)
    projected = method.projector(z["drawing"][:, 1:].flatten(0, 1)).unflatten(0, (len(batch), 2))
    torch.testing.assert_close(found["info_nce"], clip.relate(one).losses["info_nce"], rtol=1e-12, atol=0)
    torch.testing.assert_close(found["nt_xent"], nt_xent(projected[:, 0], projected[:, 1], 0.1), rtol=1e-9, atol=0)


def test_no_weight_on_agreement_is_clip() -> None:
    assert list(relation_losses(slip(agreement_weight=0.0), samples(**PAIR))) == ["info_nce"]


def test_pictures_without_a_caption_still_meet_each_other() -> None:
    method, batch = slip(), samples(4, **PAIR)
    found = relation_losses(method, without(batch, "name", [0, 1, 2, 3]))
    assert list(found) == ["nt_xent"]
    torch.testing.assert_close(found["nt_xent"], relation_losses(slip(), batch)["nt_xent"])


def test_the_look_that_meets_the_caption_is_none_of_the_two() -> None:
    method, batch = slip(), samples(**PAIR)
    one, two, three = look(method, batch)[0]["drawing"].value.unbind(1)
    assert not torch.equal(one, two)
    assert not torch.equal(one, three)
    assert not torch.equal(two, three)
