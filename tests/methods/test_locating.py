"""What methods that locate have in common."""

from __future__ import annotations

import pytest
import torch

from coview.errors import UserError
from coview.methods.crossmodal.avol_net import AVOLNet
from coview.methods.crossmodal.denseav import DenseAV
from coview.methods.locating import LocatingMethod
from coview.nn.encoder import build_encoder
from tests.contracts.cases import modality
from tests.methods.slots import encoders, relation_losses, samples, without

PAIR = {"picture": "image", "speech": "audio"}
METHODS = pytest.mark.parametrize("method", [AVOLNet, DenseAV])


def made(method: type[LocatingMethod], **slots: str) -> LocatingMethod:
    return method(encoders(**(slots or PAIR)), dim=16).double().eval()  # type: ignore[call-arg]


@METHODS
def test_a_map_has_a_number_for_each_token_of_the_first_slot(method: type[LocatingMethod]) -> None:
    batch = samples(**PAIR)
    (heat,) = made(method).maps(batch)
    assert (heat.slot, heat.asked) == ("picture", "speech")
    assert heat.values.shape == (6, *modality("image").grid(batch["picture"]))
    assert heat.present.all()


@METHODS
def test_a_map_is_of_the_first_natural_view_that_is_there(method: type[LocatingMethod]) -> None:
    locating, two = made(method), samples(views=2, **PAIR)
    (heat,) = locating.maps(without(two, "speech", [1, 2], view=0))
    first, second = ({slot: view.pick([v]) for slot, view in two.slots.items()} for v in (0, 1))
    mixed = {"picture": first["picture"], "speech": second["speech"]}
    (plain,) = locating.maps(type(two)(first, two.ids, two.key))
    (other,) = locating.maps(type(two)(mixed, two.ids, two.key))
    torch.testing.assert_close(heat.values[[0, 3, 4, 5]], plain.values[[0, 3, 4, 5]])
    torch.testing.assert_close(heat.values[[1, 2]], other.values[[1, 2]])


@METHODS
def test_who_lacks_a_slot_is_told(method: type[LocatingMethod]) -> None:
    locating, batch = made(method), samples(**PAIR)
    (heat,) = locating.maps(without(batch, "speech", [4]))
    assert heat.present.tolist() == [True, True, True, True, False, True]
    (nobody,) = locating.maps(without(batch, "speech", list(range(6))))
    assert not nobody.present.any()
    assert locating.maps(type(batch)({"picture": batch["picture"]}, batch.ids, batch.key)) == []


@METHODS
def test_padding_of_what_is_looked_at_is_never_where_it_is_found(method: type[LocatingMethod]) -> None:
    (heat,) = made(method, caption="text", speech="audio").maps(batch := samples(caption="text", speech="audio"))
    valid = batch["caption"].valid
    assert valid is not None
    assert (~valid).any()
    assert valid[:, 0].gather(1, heat.values.argmax(1, keepdim=True)).all()


@METHODS
@pytest.mark.parametrize("said", ["audio", "text"])
def test_sound_and_text_are_never_looked_at_beside_a_picture(method: type[LocatingMethod], said: str) -> None:
    turned, plain = made(method, word=said, picture="image"), made(method, picture="image", word=said)
    assert turned.roles() == plain.roles() == {"picture": "what is looked at", "word": "what is said of it"}
    turned.load_state_dict(plain.state_dict())
    batch = samples(picture="image", word=said)
    (own,), (other,) = turned.maps(batch), plain.maps(batch)
    assert (own.slot, own.asked) == ("picture", "word")
    torch.testing.assert_close(own.values, other.values)
    losses, others = (relation_losses(m, batch) for m in (turned, plain))
    assert losses.keys() == others.keys()
    for name, loss in losses.items():
        torch.testing.assert_close(loss, others[name])


@METHODS
def test_of_two_alike_the_first_is_looked_at(method: type[LocatingMethod]) -> None:
    for first, second in (("left", "right"), ("right", "left")):
        assert next(iter(made(method, **{first: "image", second: "image"}).roles())) == first


def test_an_encoder_without_tokens_is_refused() -> None:
    pair = encoders(**PAIR) | {"picture": build_encoder(modality("image"), "picture", "conv", dim=32)}
    with pytest.raises(UserError, match="--encoder vit"):
        DenseAV(pair, dim=16)
