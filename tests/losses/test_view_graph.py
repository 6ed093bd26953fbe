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


def test_edges_are_compared_sample_by_sample() -> None:
    off = torch.zeros(2, 2, 2)
    off[0, 0, 1] = 3.0
    assert edge_error(off, torch.zeros(2, 2, 2)).item() == pytest.approx(4.5)
