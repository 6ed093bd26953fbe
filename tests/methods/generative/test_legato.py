from __future__ import annotations

import torch

from coview.losses.parts import masked_mean
from coview.methods.generative.legato import LEGATO
from tests.methods.slots import encoders, joined, look, relation_losses, samples, without

THREE = {"size": "table", "shape": "table", "name": "text"}


def legato(slots: dict[str, str] = THREE, **options: float) -> LEGATO:
    torch.manual_seed(3)
    return LEGATO(encoders(**slots), dim=16, hidden=24, **options).double()  # type: ignore[arg-type]


def test_three_slots_are_squeezed_into_two_nodes_that_are_wider() -> None:
    method = legato()
    joint = method.eval().embed(samples(**THREE))
    assert next(iter(joint)) == "latent"
    assert joint["latent"]["size"].values.shape == (6, 1, 2 * 32)
    assert joint["latent"]["size"].values is joint["latent"]["name"].values


def test_the_loss_is_of_what_each_slots_rebuilt_node_says_of_its_tokens() -> None:
    method, batch = legato(orthogonality=0.5, sparsity=0.25), samples(**THREE)
    z = joined(look(method, batch)[1], batch)
    nodes = torch.stack([method.norm(z[f"{slot}/node"]) for slot in THREE], 1)
    edges = method.edges(nodes)
    latent, between = method.pool(nodes, edges)
    rebuilt, again = method.unpool(latent, between)
    each = []
    for v, (slot, encoder) in enumerate(method.slot_encoders().items()):
        tokens, places = z[f"{slot}/tokens"], z[f"{slot}/places"].double()
        for i in range(len(batch)):
            asked = torch.cat([rebuilt[i, v].expand(len(places[i]), -1), places[i]], -1)
            loss = encoder.modality.token_loss(method.decoders[slot](asked), tokens[i])
            each.append(masked_mean(loss[None], z[f"{slot}/valid"][i][None]))
    found = method.relate(z).losses
    torch.testing.assert_close(found["reconstruction"], torch.cat(each).mean())
    torch.testing.assert_close(found["edges"], 0.125 * (edges - again).square().sum((1, 2)).mean().sqrt())
    torch.testing.assert_close(found["sparsity"], 0.25 * (edges - torch.eye(3)).abs().sum((1, 2)).mean())


def test_a_sample_that_lacks_a_slot_takes_no_part() -> None:
    method, batch = legato(), samples(**THREE)
    lacking = relation_losses(method, without(batch, "shape", [0, 3]))
    left = relation_losses(method, batch.rows(torch.tensor([1, 2, 4, 5])))
    torch.testing.assert_close(lacking["reconstruction"], left["reconstruction"])
