"""The layer of DCCF against dense matrices."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from coview.nn.intents import intent_layer
from tests.contracts.items.graph import FILMS, PEOPLE, cinema


def test_a_layer_is_its_equations() -> None:
    torch.manual_seed(0)
    wiring = cinema()
    n = PEOPLE + FILMS
    x, intents = torch.randn(n, 6, dtype=torch.float64), torch.randn(2, 5, 6, dtype=torch.float64)
    joined = torch.zeros(n, n, dtype=torch.float64)
    joined[wiring.rows, wiring.ends.long()] = 1
    root = joined.sum(1).clamp_min(1).rsqrt()
    local = (root[:, None] * joined * root) @ x
    people, films = x.split([PEOPLE, FILMS])
    whole = torch.cat([(part @ own.T).softmax(1) @ own for part, own in zip((people, films), intents, strict=True)])

    def weighed(said: torch.Tensor) -> torch.Tensor:
        alike = joined * (F.cosine_similarity(said[:, None], said, dim=-1) + 1) / 2
        return alike @ x / alike.sum(1, keepdim=True).clamp_min(1e-8)

    want = torch.stack([local, whole, weighed(local), weighed(whole)], 1)
    torch.testing.assert_close(intent_layer(x, wiring, intents), want, rtol=1e-5, atol=1e-6)


def test_edges_learn_how_much_they_count() -> None:
    torch.manual_seed(0)
    intents = torch.randn(2, 5, 6, requires_grad=True)
    intent_layer(torch.randn(PEOPLE + FILMS, 6), cinema(), intents)[:, 3].sum().backward()
    assert intents.grad is not None
    assert intents.grad.abs().sum(2).gt(0).all()
