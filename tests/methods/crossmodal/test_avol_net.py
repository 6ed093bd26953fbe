from __future__ import annotations

import torch

from coview.losses import best_place, binary_contrast
from coview.methods.crossmodal.avol_net import AVOLNet
from coview.nn.pairs import strangers
from tests.methods.slots import draws, encoders, joined, look, relation_losses, samples, without

PAIR = {"picture": "image", "speech": "audio"}


def avol_net() -> AVOLNet:
    torch.manual_seed(3)
    return AVOLNet(encoders(**PAIR), dim=16).double()


def test_the_best_place_tells_ones_own_sound_from_a_strangers() -> None:
    method, batch = avol_net(), samples(**PAIR)
    z = joined(look(method, batch)[1], batch)
    other = strangers(draws(batch)("stranger"))
    logits = [best_place(z["places"], said, z["there"]) for said in (z["said"], z["said"][other])]
    torch.testing.assert_close(method.relate(z).losses["correspondence"], binary_contrast(*logits))


def test_its_map_is_each_places_probability() -> None:
    method, batch = avol_net().eval(), samples(**PAIR)
    (heat,) = method.maps(batch)
    kinds = method.slot_encoders()
    picture, speech = (kinds[slot](kinds[slot].modality.prepare(batch[slot])) for slot in PAIR)
    places, said = method.heads["picture"](picture.tokens[:, 0]), method.heads["speech"](speech.pooled[:, 0])
    expected = ((places * said[:, None]).sum(-1)).sigmoid()
    torch.testing.assert_close(heat.values.flatten(1), expected)


def test_a_sample_without_sound_is_nobodys_stranger() -> None:
    method, batch = avol_net(), samples(**PAIR)
    lacking, here = without(batch, "speech", [0, 3]), torch.tensor([1, 2, 4, 5])
    found, alone = relation_losses(method, lacking), relation_losses(method, batch.rows(here))
    torch.testing.assert_close(found["correspondence"], alone["correspondence"])


def test_one_sample_alone_is_only_told_that_it_belongs_together() -> None:
    method, batch = avol_net(), samples(1, **PAIR)
    z = joined(look(method, batch)[1], batch)
    own = best_place(z["places"], z["said"], z["there"])
    expected = torch.nn.functional.softplus(-own)[0] / 2
    torch.testing.assert_close(method.relate(z).losses["correspondence"], expected)
