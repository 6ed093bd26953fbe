from __future__ import annotations

import torch

from coview.losses import distance_correspondence
from coview.methods.crossmodal.ave_net import AVENet
from coview.nn.pairs import strangers
from tests.methods.slots import draws, encoders, joined, look, relation_losses, samples, without

PAIR = {"picture": "image", "speech": "audio"}


def ave_net(**slots: str) -> AVENet:
    torch.manual_seed(3)
    return AVENet(encoders(**(slots or PAIR)), dim=16).double()


def test_distances_in_the_joint_space_tell_partners_from_strangers() -> None:
    method, batch = ave_net(), samples(**PAIR)
    z = joined(look(method, batch)[1], batch)
    a, b = method.joint(z)[0].unbind(1)
    other = strangers(draws(batch)("stranger"))
    expected = distance_correspondence(a, b, b[other], 5.0, 1.0)
    torch.testing.assert_close(method.relate(z).losses["correspondence"], expected)


def test_a_sample_without_sound_is_nobodys_stranger() -> None:
    method, batch = ave_net().eval(), samples(**PAIR)
    lacking, here = without(batch, "speech", [0, 3]), torch.tensor([1, 2, 4, 5])
    found, alone = relation_losses(method, lacking), relation_losses(method, batch.rows(here))
    torch.testing.assert_close(found["correspondence"], alone["correspondence"])


def test_a_stranger_is_never_oneself_and_everyone_is_one_once() -> None:
    for n in (2, 3, 50):
        other = strangers(torch.rand(n, generator=torch.Generator().manual_seed(n)))
        assert (other != torch.arange(n)).all()
        assert other.sort().values.tolist() == list(range(n))
    assert not len(strangers(torch.rand(1)))
