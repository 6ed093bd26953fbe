"""LEGATO's regularisers: closed forms."""

from __future__ import annotations

import pytest
import torch

from coview.losses import edge_error, edge_sparsity, node_orthogonality


def test_orthogonal_nodes_cost_nothing_and_parallel_ones_one() -> None:
    assert node_orthogonality(torch.eye(3)[None]).item() == 0
    assert node_orthogonality(torch.tensor([[[1.0, 0.0], [-2.0, 0.0]]])).item() == pytest.approx(1)


def test_a_third_of_three_pairs_alike_costs_a_third() -> None:
    nodes = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]])
    assert node_orthogonality(nodes).item() == pytest.approx(1 / 3)


def test_one_node_has_no_other() -> None:
    assert node_orthogonality(torch.ones(2, 1, 4)).item() == 0


def test_only_a_nodes_own_edge_is_free() -> None:
    edges = torch.tensor([[[1.0, 0.25], [0.25, 1.0]], [[0.0, 0.0], [0.0, 1.0]]])
    assert edge_sparsity(edges).item() == pytest.approx((0.5 + 1) / 2)


def test_the_error_of_edges_is_the_authors_at_any_number_of_samples() -> None:
    edges, rebuilt = torch.rand(2, 64, 3, 3).unbind(0)
    theirs = torch.linalg.vector_norm(edges - rebuilt) / 64
    assert edge_error(edges, rebuilt).item() / 8 == pytest.approx(theirs.item(), rel=1e-5)
    assert edge_error(edges.repeat(3, 1, 1), rebuilt.repeat(3, 1, 1)).item() / 8 == pytest.approx(
        theirs.item(), rel=1e-5
    )


def test_equal_edges_pull_nowhere() -> None:
    edges = torch.rand(2, 3, 3, requires_grad=True)
    edge_error(edges, edges.detach()).backward()
    assert edges.grad is not None
    assert not edges.grad.any()
