from __future__ import annotations

import torch

from coview.losses import pairwise_sigmoid
from coview.methods.crossmodal.siglip import SigLIP
from tests.methods.slots import encoders, joined, look, relation_losses, samples, without

PAIR = {"drawing": "image", "name": "text"}


def siglip() -> SigLIP:
    return SigLIP(encoders(**PAIR), dim=16).double()


def test_loss_is_the_pairwise_sigmoid_at_the_papers_scale_and_bias() -> None:
    method, batch = siglip(), samples(**PAIR)
    z = joined(look(method, batch)[1], batch)
    looks, _ = method.joint(z)
    expected = pairwise_sigmoid(looks[:, 0], looks[:, 1], 10.0, -10.0)
    torch.testing.assert_close(method.relate(z).losses["sigmoid"], expected, rtol=1e-6, atol=0)


def test_a_sample_that_lacks_a_slot_counts_for_nothing() -> None:
    method, batch = siglip(), samples(6, **PAIR)
    lacking = relation_losses(method, without(batch, "drawing", [0, 5]))
    left = relation_losses(method, batch.rows(torch.tensor([1, 2, 3, 4])))
    torch.testing.assert_close(lacking["sigmoid"], left["sigmoid"], rtol=1e-12, atol=0)


def test_scale_and_bias_are_learned() -> None:
    method = siglip()
    relation_losses(method, samples(**PAIR))["sigmoid"].backward()
    assert method.bias.grad is not None
    assert method.scale.log.grad is not None
