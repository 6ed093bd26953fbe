"""Graphs chosen by rows, views and axes are the graphs that were put in."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.modalities.graph.item import WholeGraph
from coview.modalities.graph.ragged import Flat, Graphs
from tests.modalities.graph.made import fitted, several

ITEMS = several(7)
_, STORED = fitted(ITEMS)
VALUE: Graphs = STORED.value


def graphs_of(flat: Flat) -> list[tuple[torch.Tensor, torch.Tensor, torch.Tensor]]:
    """Each graph's nodes, local edges and their features."""
    found = []
    for g, (start, count) in enumerate(zip(flat.start.tolist(), flat.count.tolist())):
        own = flat.graph[flat.edges[0]] == g
        found.append((flat.x[start : start + count], flat.edges[:, own] - start, flat.values[own]))
    return found


def same(found: tuple[torch.Tensor, ...], item: WholeGraph) -> bool:
    x, edges, values = found
    parts = zip((x, edges, values), (item.x, item.edges, item.values))
    return all(torch.equal(a.double(), torch.from_numpy(b).double()) for a, b in parts)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, len(ITEMS) - 1), max_size=9))
def test_rows_in_any_order_and_any_number_give_those_graphs(rows: list[int]) -> None:
    chosen = VALUE[torch.tensor(rows, dtype=torch.int64)]
    assert chosen.shape == (len(rows), 1, VALUE.most)
    found = graphs_of(chosen.flatten(0, 1).flat())
    assert all(same(f, ITEMS[row]) for f, row in zip(found, rows, strict=True))


def test_views_are_picked_sample_by_sample() -> None:
    both = Graphs.of(VALUE[:6].flatten(0, 1).flat(), (3, 2), VALUE.most)
    at = torch.tensor([[1, 1, 0], [0, 1, 0], [1, 0, 0]])
    picked = both[torch.arange(3)[:, None], at]
    assert picked.shape[:2] == (3, 3)
    found = graphs_of(picked.flatten(0, 1).flat())
    assert all(same(f, ITEMS[2 * (i // 3) + int(at.flatten()[i])]) for i, f in enumerate(found))


def test_an_added_axis_changes_nothing_else() -> None:
    assert VALUE[:, 0][:, None].shape == VALUE.shape
    assert torch.equal(VALUE[:, 0][:, None].flat().x, VALUE.flat().x)


def test_packing_keeps_what_is_chosen_and_nothing_else() -> None:
    few = VALUE[torch.tensor([5, 2])]
    packed = few.packed()
    assert len(packed.x) == int(few.count.sum())
    assert packed.nbytes < VALUE.nbytes
    assert all(same(f, ITEMS[row]) for f, row in zip(graphs_of(packed.flat()), (5, 2)))


def test_double_nodes_are_double_wherever_they_are_read() -> None:
    made = Graphs.of(VALUE.flat(), tuple(VALUE.index.shape), VALUE.most).to(torch.float64)
    assert made.flat().x.dtype == made[:3].flat().x.dtype == torch.float64


def test_padding_puts_each_node_into_its_place_and_zeros_elsewhere() -> None:
    flat = VALUE.flat()
    padded = flat.padded(flat.x, VALUE.most)
    for g, item in enumerate(ITEMS):
        torch.testing.assert_close(padded[g, : len(item.x)], torch.from_numpy(item.x))
        assert not padded[g, len(item.x) :].any()


def test_selecting_nodes_keeps_the_edges_between_them() -> None:
    flat = VALUE.flat()
    kept = torch.arange(len(flat.x)) % 3 > 0
    found = flat.select(kept)
    number = kept.nonzero()[:, 0]
    named = {tuple(e) for e in number[found.edges].T.tolist()}
    assert named == {(a, b) for a, b in flat.edges.T.tolist() if kept[a] and kept[b]}
    assert found.count.tolist() == [int(kept[flat.graph == g].sum()) for g in range(len(flat.count))]
