"""Sums and products along edges: dense matrices say the same, and so do their gradients."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from coview.nn import edges
from coview.nn.edges import edge_dot, edge_sum, thinned_weight
from tests.modalities.graph.made import town

TOWN = town(60)
AT = (TOWN.rows, TOWN.ends.long())


def made(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)).requires_grad_()


def dense(weight: Tensor) -> Tensor:
    return weight.new_zeros(len(TOWN), len(TOWN)).index_put(AT, weight)


def test_an_edge_stands_at_its_other_end_where_reverse_says() -> None:
    assert torch.equal(TOWN.rows[TOWN.reverse], TOWN.ends.long())
    assert torch.equal(TOWN.reverse[TOWN.reverse], torch.arange(len(TOWN.ends)))


def test_a_sum_along_edges_is_a_matrix_product() -> None:
    weight, x, g = made(len(TOWN.ends)), made(len(TOWN), 3, seed=1), made(len(TOWN), 3, seed=2)
    found, want = edge_sum(weight, x, TOWN), dense(weight) @ x
    torch.testing.assert_close(found, want)
    for a, b in zip(
        torch.autograd.grad((found * g).sum(), (weight, x)), torch.autograd.grad((want * g).sum(), (weight, x))
    ):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("library", [True, False])
def test_products_at_edges_are_entries_of_a_matrix_product(library: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not library:
        monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: False)
        monkeypatch.setattr(edges, "TILE", 50)
    a, b, g = made(len(TOWN), 3), made(len(TOWN), 3, seed=1), made(len(TOWN.ends), seed=2)
    found, want = edge_dot(a, b, TOWN), (a @ b.T)[AT]
    torch.testing.assert_close(found, want)
    for x, y in zip(torch.autograd.grad((found * g).sum(), (a, b)), torch.autograd.grad((want * g).sum(), (a, b))):
        torch.testing.assert_close(x, y)


def test_bfloat16_is_summed_in_float32() -> None:
    x = made(len(TOWN), 3).detach()
    with torch.autocast("cpu", torch.bfloat16):
        found = edge_sum(torch.ones(len(TOWN.ends)), x.bfloat16(), TOWN)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, edge_sum(torch.ones(len(TOWN.ends)), x.bfloat16().float(), TOWN))


def test_weights_of_kept_edges_are_those_of_the_graph_without_the_others() -> None:
    kept = ((TOWN.rows + TOWN.ends) % 3) > 0
    adjacency = dense(kept.double())
    root = adjacency.sum(1).clamp_min(1).rsqrt()
    torch.testing.assert_close(dense(thinned_weight(TOWN, kept).double()), root[:, None] * adjacency * root)


def test_a_product_and_a_sum_an_edge_and_dimension_are_counted_forth_and_back() -> None:
    weight, x = made(len(TOWN.ends)), made(len(TOWN), 3)
    with FlopCounterMode(display=False) as counter:
        edge_sum(weight, x, TOWN).sum().backward()
    assert counter.get_total_flops() == 3 * 2 * len(TOWN.ends) * 3
