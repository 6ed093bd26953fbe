"""DCCF: its contrast, and what products are scores of."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from coview.batch import Features
from coview.methods.contrastive.dccf import DCCF
from tests.contracts.cases import batch, make
from tests.contracts.items.graph import PEOPLE, cinema

WHOLE = batch("dccf", "graph")


def made() -> DCCF:
    method = make("dccf", "graph", None, dim=8, depth=2)
    assert isinstance(method, DCCF)
    return method


def test_intents_of_kinds_begin_apart() -> None:
    people, films = made().intents
    assert not torch.equal(people, films)


def test_the_contrast_is_that_of_the_authors_over_nodes_met_once() -> None:
    method = made()
    _, looks = method.everyone(cinema())
    node = torch.tensor([[0, PEOPLE], [1, PEOPLE + 2], [0, PEOPLE + 2], [4, 9]])
    there = torch.tensor([[True, True]] * 3 + [[False, False]])
    z = {
        "node": node,
        "kind": (node >= PEOPLE).long(),
        "present": there,
        "looks": looks[node],
        "pair": looks[node][:, :, 0, 0],
    }
    found = method.relate(Features(z, torch.arange(4))).losses
    for kind, nodes in enumerate(([0, 1], [PEOPLE, PEOPLE + 2])):
        want = torch.zeros((), dtype=torch.float64)
        for layer in F.normalize(looks[nodes], dim=-1).unbind(1):
            for other in (1, 2, 3):
                scores = (layer[:, 0] @ layer[:, other].T / method.temperature).exp()
                want = want - (scores.diagonal() / scores.sum(1)).log().mean()
        torch.testing.assert_close(found[f"contrast {kind}"], method.contrast * want)


def test_an_embedding_is_the_sum_of_all_layers() -> None:
    method = made().eval()
    table = method.graph.net.table
    _, looks = method.everyone(cinema())
    first = table + looks[:, 0].sum(1)
    want = table + first + first + looks[:, 1].sum(1)
    index = WHOLE["graphs"].value.index
    torch.testing.assert_close(method.embed(WHOLE)["graphs"]["graphs"].values, want[index])
