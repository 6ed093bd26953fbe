from __future__ import annotations

import torch

from coview.nn.heads import unit
from coview.nn.prototypes import Prototypes


def rows() -> torch.Tensor:
    return unit(torch.randn(5, 8, generator=torch.Generator().manual_seed(0)))


def test_scores_are_cosines():
    prototypes = Prototypes(8, 3)
    want = torch.nn.functional.cosine_similarity(rows()[:, None], prototypes.weight[None], dim=2)
    torch.testing.assert_close(prototypes(rows()), want)


def test_the_length_of_a_prototype_does_not_matter():
    prototypes = Prototypes(8, 3)
    before = prototypes(rows())
    with torch.no_grad():
        prototypes.weight *= 7
    torch.testing.assert_close(prototypes(rows()), before)


def test_autocast_leaves_scores_in_float32():
    prototypes = Prototypes(8, 3)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(prototypes(rows()), prototypes(rows().clone()))
        found = prototypes(rows())
    torch.testing.assert_close(found, prototypes(rows()), rtol=0, atol=0)
