from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from coview.nn.view_graph import EdgeLearner, GraphPooling, normalised


def draw(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def graph() -> torch.Tensor:
    """Symmetric, some weights 0, the last node without an edge to itself."""
    edges = (draw(2, 4, 4) + draw(2, 4, 4).mT).abs().clamp_min(0.5)
    edges = torch.where(edges > 0.6, edges, 0.0)
    edges[:, range(4), range(4)] = torch.tensor([1.0, 1.0, 1.0, 0.0]).double()
    return edges


def test_edges_are_symmetric_small_ones_are_cut_and_a_nodes_own_is_one() -> None:
    torch.manual_seed(0)
    learner = EdgeLearner(6, 4, threshold=0.4).double()
    edges = learner(draw(3, 4, 6))
    torch.testing.assert_close(edges, edges.mT)
    torch.testing.assert_close(edges.diagonal(dim1=1, dim2=2), torch.ones(3, 4).double())
    assert ((edges == 0) | (edges > 0.4)).all()
    assert (edges == 0).any()


def test_nodes_with_the_same_features_are_told_apart_by_their_number() -> None:
    torch.manual_seed(0)
    edges = EdgeLearner(6, 4).double()(draw(1, 1, 6).expand(1, 4, -1))
    assert (edges[0, 0, 1:] < 1 - 1e-6).all()


def test_a_convolution_is_that_of_pytorch_geometric() -> None:
    geometric = pytest.importorskip("torch_geometric", reason="torch-geometric is a reference of the test extra")
    from torch_geometric.nn import GCNConv

    assert geometric
    conv, nodes = GCNConv(5, 3).double(), draw(2, 4, 5)
    edges = graph()
    for sample in range(2):
        at = edges[sample].nonzero().T
        theirs = conv(nodes[sample], at, edges[sample][at[0], at[1]])
        ours = F.linear(normalised(edges)[sample] @ nodes[sample], conv.lin.weight, conv.bias)
        torch.testing.assert_close(ours, theirs)


def test_pooling_makes_each_new_node_a_mean_and_unpooling_deals_each_old_one_out() -> None:
    torch.manual_seed(0)
    nodes, edges = draw(2, 4, 5), graph()
    pool = GraphPooling(5, 2, 3, over_nodes=True).double()
    unpool = GraphPooling(5, 2, 3, over_nodes=False).double()
    seen = normalised(edges) @ nodes
    for net, axis in ((pool, 1), (unpool, 2)):
        share = net.assign(seen).softmax(axis)
        torch.testing.assert_close(share.sum(axis), torch.ones(2, 4 if axis == 2 else 2).double())
        found, joined = net(nodes, edges)
        each = torch.einsum("nvk,nvd->nkd", share, F.leaky_relu(net.embed(seen)))
        torch.testing.assert_close(found, each)
        moved = torch.einsum("nvk,nvw,nwl->nkl", share, edges, share)
        torch.testing.assert_close(joined, torch.where(moved > 0.1, moved, 0.0))
