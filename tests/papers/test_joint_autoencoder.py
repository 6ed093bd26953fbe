"""One shared latent in the place of LEGATO's graph."""

from __future__ import annotations

import torch

from coview.methods.generative.legato import LEGATO
from coview.papers.baselines.joint_autoencoder import JointAutoencoder
from tests.methods.slots import encoders, joined, look, samples

THREE = {"size": "table", "shape": "table", "name": "text"}


def test_its_latent_is_as_wide_and_one_and_reads_all_slots() -> None:
    method, batch = JointAutoencoder(encoders(**THREE), dim=16).double().eval(), samples(**THREE)
    graph = LEGATO(encoders(**THREE), dim=16).double().eval()
    own, theirs = (m.embed(batch)["latent"]["name"].values for m in (method, graph))
    assert own.shape == theirs.shape
    z = joined(look(method, batch)[1], batch)
    nodes = [z[f"{slot}/node"] for slot in THREE]
    plain = method.squeeze(nodes)[0]
    for i in range(3):
        changed = [-node if j == i else node for j, node in enumerate(nodes)]
        assert not torch.allclose(method.squeeze(changed)[0], plain)


def test_reconstruction_is_all_it_is_asked_for() -> None:
    torch.manual_seed(0)
    method, batch = JointAutoencoder(encoders(**THREE), dim=16).double(), samples(**THREE)
    assert method.relate(joined(look(method, batch)[1], batch)).losses.keys() == {"reconstruction"}
