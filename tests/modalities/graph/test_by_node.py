"""Nodes of a large graph as samples: exact by chunks, one neighbourhood for embedding, a new one for each step."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coview.batch import Batch
from coview.errors import UserError
from coview.methods.base import Method
from coview.methods.registry import build_method
from coview.modalities.graph import Graph
from coview.modalities.graph.item import NodeOf
from coview.modalities.graph.wiring import Seeds, Wiring
from coview.views.draw import Draw
from tests.contracts.cases import difference, outcome, run_step
from tests.modalities.graph.made import people, town, whole

TOWN = town()
MODALITY, BATCH = people(TOWN, [0, 1, 5, 9, 33, 60, 61, 150, 198, 199, 7], fanout=(4, 3))


def method(name: str) -> Method:
    torch.manual_seed(0)
    return build_method(name, {"thing": MODALITY}, encoder_options={"dim": 16, "depth": 2}).double().train()


@pytest.mark.parametrize("name", ["simclr", "mae", "data2vec", "i-jepa", "dino"])
def test_the_gradient_of_chunks_is_that_of_the_whole_batch(name: str) -> None:
    whole_batch, cut = method(name), method(name)
    a, b = outcome(whole_batch, run_step(whole_batch, BATCH, 11)), outcome(cut, run_step(cut, BATCH, 3))
    assert a["gradients"]
    assert difference(a, b, "losses") <= 1e-9
    assert difference(a, b, "gradients") <= 1e-9


def test_the_order_of_rows_changes_nothing() -> None:
    order = torch.tensor([3, 0, 10, 7, 5, 1, 9, 2, 8, 6, 4])
    straight, turned = method("simclr"), method("simclr")
    a = outcome(straight, run_step(straight, BATCH, 4))
    b = outcome(turned, run_step(turned, BATCH.rows(order), 4))
    assert difference(a, b, "gradients") <= 1e-6


def test_an_embedding_depends_on_its_node_alone() -> None:
    made = method("simclr").eval()
    together = made.embed(BATCH)["thing"]["thing"].values
    torch.testing.assert_close(made.embed(BATCH.rows(slice(4, 5)))["thing"]["thing"].values, together[4:5])
    torch.testing.assert_close(made.embed(BATCH)["thing"]["thing"].values, together)


def test_the_embedding_is_that_of_the_node_and_not_of_its_neighbourhood() -> None:
    made = method("mae").eval()
    out = made.slot_encoders()["thing"](MODALITY.prepare(BATCH["thing"]))
    assert out.tokens is not None
    assert torch.equal(out.pooled, out.tokens[:, :, 0])


def test_looks_draw_new_neighbours_each_step_and_keep_the_node_first() -> None:
    view = BATCH["thing"]
    plain = Graph.from_config({**MODALITY.config(), "drop_features": 0.0, "drop_edges": 0.0})
    one, two = (plain.augment(view, Draw(0, step, BATCH.key)).value.flat() for step in (1, 2))
    assert one.x.shape != two.x.shape or not torch.equal(one.x, two.x)
    own = plain.node_scale(TOWN.x[view.value.index.flatten()])
    for flat in (one, two):
        assert torch.equal(flat.x[flat.start], own)


def test_local_crops_are_parts_around_the_node() -> None:
    view = BATCH["thing"]
    plain = Graph.from_config({**MODALITY.config(), "drop_features": 0.0})
    flat = plain.crop(view, Draw(0, 1, BATCH.key), scale=(0.1, 0.4), size=0.5).value.flat()
    assert torch.equal(flat.x[flat.start], plain.node_scale(TOWN.x[view.value.index.flatten()]))
    assert int(flat.count.max()) <= -(-plain.nodes // 2)


def test_choosing_samples_copies_nothing_of_the_graph() -> None:
    value = BATCH["thing"].value
    assert isinstance(value, Seeds)
    assert value[2:4].wiring is value[torch.tensor([1, 1])].wiring is TOWN


def test_absent_nodes_are_absent_and_read_as_nothing() -> None:
    view = MODALITY.collate([[NodeOf(TOWN, 3), None]])
    assert view.present.tolist() == [[True, False]]
    prepared = MODALITY.prepare(view)
    assert prepared.length is not None
    assert prepared.length[0, 1] == 0
    made = method("simclr").eval()
    found = made.embed(Batch({"thing": view}, torch.tensor([1]), torch.tensor([1])))["thing"]["thing"]
    assert not found.values[0, 1].any()


def test_raw_numbers_are_the_nodes_own_its_neighbours_and_its_degree() -> None:
    raw = MODALITY.raw(BATCH["thing"])
    assert raw.shape == (11, 2, 2 * 4 + 1)
    torch.testing.assert_close(raw[..., :4], MODALITY.node_scale(TOWN.x[BATCH["thing"].value.index]))
    torch.testing.assert_close(raw[..., -1], TOWN.degree[BATCH["thing"].value.index].float().log1p())


def test_levels_do_not_mix() -> None:
    assert MODALITY.unfit(whole()) == "is a whole graph, and the slot holds nodes of a large one"
    with pytest.raises(UserError, match="this one holds both"):
        Graph.adapt([whole(), NodeOf(TOWN, 0)])
    with pytest.raises(UserError, match="of one large graph, and these are of 2"):
        MODALITY.collate([[NodeOf(TOWN, 0), NodeOf(town(seed=1), 0)]])


def test_bytes_count_kinds_and_texts_too() -> None:
    x, edges = np.zeros((3, 2), np.float32), np.array([[0, 1], [1, 2]])
    plain, told = Wiring.of(x, edges), Wiring.of(x, edges, kind=np.arange(3), texts={0: "film", 2: "né"})
    assert told.nbytes - plain.nbytes == 3 * 8 + len("film") + len("né".encode())


def test_edges_stand_at_their_other_ends_beyond_what_32_bits_count() -> None:
    ring = np.arange(70_000)
    wiring = Wiring.of(np.zeros((len(ring), 1), np.float32), np.stack([ring, (ring + 1) % len(ring)]))
    assert torch.equal(wiring.rows[wiring.reverse], wiring.ends.long())
