"""Diffusion matrices by their definitions."""

from __future__ import annotations

import torch

from coview.modalities.graph.ragged import Flat
from coview.nn.diffusion import adjacency, heat, personalised_pagerank

TRIANGLE_AND_PAIR = Flat(
    torch.ones(5, 1), torch.tensor([[0, 1, 0, 3], [1, 2, 2, 4]]), torch.zeros(4, 0), torch.tensor([3, 2])
)


def test_each_node_is_beside_itself_and_edges_hold_both_ways() -> None:
    found = adjacency(TRIANGLE_AND_PAIR, 3)
    assert torch.equal(found[0], torch.ones(3, 3).double())
    assert torch.equal(found[1], torch.tensor([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]]).double())


def test_pagerank_is_the_sum_of_walks_that_may_end_at_each_step() -> None:
    ring = torch.eye(6).double() + torch.eye(6).double().roll(1, 0) + torch.eye(6).double().roll(-1, 0)
    ring[0, 1] = ring[1, 0] = 0  # now a path: degrees differ
    root = ring.sum(1).rsqrt()
    walk = root[:, None] * ring * root
    steps = sum(0.2 * 0.8**k * torch.linalg.matrix_power(walk, k) for k in range(200))
    torch.testing.assert_close(personalised_pagerank(ring[None], 0.2)[0], steps)


def test_walks_that_always_start_anew_stay() -> None:
    torch.testing.assert_close(personalised_pagerank(adjacency(TRIANGLE_AND_PAIR, 3), 1.0)[0], torch.eye(3).double())


def test_heat_is_kept_and_spreads_evenly_in_the_end() -> None:
    found = heat(adjacency(TRIANGLE_AND_PAIR, 3), 50.0)
    torch.testing.assert_close(found.sum(1), torch.ones(2, 3).double())
    torch.testing.assert_close(found[0], torch.full((3, 3), 1 / 3).double())
