from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from coview.batch import Batch, Features
from coview.losses import symmetric_info_nce
from coview.methods.crossmodal.clip import CLIP
from coview.methods.crossmodal.taga import TAGA
from coview.modalities.graph import Graph
from coview.modalities.graph.item import NodeOf
from coview.modalities.graph.wiring import Wiring
from coview.modalities.text import Text
from coview.nn.encoder import build_encoder
from tests.methods.slots import draws, encoders, joined, look, samples, without

WORDS = ["ash", "beech", "cedar", "date", "elm", "fig", "gum", "holly", "iris", None]
EDGES = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (0, 4), (7, 9)]
"""Node 8 is beside nobody; of node 9 nothing is written."""


def forest() -> tuple[Graph, Text, Batch]:
    wiring = Wiring.of(
        np.random.default_rng(0).normal(size=(10, 4)),
        np.array(EDGES).T,
        texts={i: word for i, word in enumerate(WORDS) if word},
    )
    nodes = [NodeOf(wiring, i) for i in range(10)]
    graph = Graph.adapt(nodes, fanout=[3, 2])
    text = Text.adapt([word for word in WORDS if word] * 3, length=4)
    slots = {"node": graph.collate([[node] for node in nodes]), "word": text.collate([[word] for word in WORDS])}
    ids = torch.arange(10) + 50
    return graph, text, Batch(slots, ids, ids)


def by_node(**options: float) -> tuple[TAGA, Batch]:
    graph, text, batch = forest()
    torch.manual_seed(0)
    made = [build_encoder(graph, "node", "gin", dim=16, depth=2), build_encoder(text, "word", "conv", dim=16)]
    return TAGA(*made, dim=8, **options).double(), batch  # type: ignore[arg-type]


def written(method: TAGA, batch: Batch) -> list[list[str | None]]:
    """The documents of each sample, with a long walk: all there is."""
    return method.write.text.show(method.views(batch, draws(batch))["word"])


def test_documents_hold_the_texts_of_as_many_hops() -> None:
    method, batch = by_node(walk=30, back=0.0)
    beside = {i: {b if a == i else a for a, b in EDGES if i in (a, b)} for i in range(10)}
    for i, (near, far) in enumerate(written(method, batch)[:8]):
        assert near is not None
        assert far is not None
        said = {word for word in near.split() if word in WORDS}
        assert said == {WORDS[i], *(WORDS[j] for j in beside[i])} - {None}
        assert said <= set(far.split())
        assert near.split()[0] == WORDS[i]


def test_sections_are_told_by_level_and_number_and_refer() -> None:
    method, batch = by_node(walk=30, back=0.0)
    _, far = written(method, batch)[0]
    assert far is not None
    assert "# 1 " in far
    assert "## " in far
    assert "(" in far  # 4 and 3 are beside each other and both told


def test_who_has_no_text_is_told_by_neighbours_and_who_has_nobody_by_itself() -> None:
    method, batch = by_node(walk=30, back=0.0)
    said = written(method, batch)
    assert said[8] == ["iris", "iris"]
    assert said[9][0] == "# 1 holly"
    views = method.views(without(batch, "word", [8]), draws(batch))
    assert views["word"].present[8].tolist() == [True, True]  # the graph has its text too
    views = method.views(without(batch, "node", [8]), draws(batch))
    assert not views["word"].present[8].any()


def test_views_and_losses_do_not_depend_on_the_chunk() -> None:
    method, batch = by_node()
    whole, _ = look(method, batch)
    parts = [look(method, batch.rows(rows)) for rows in (slice(0, 3), slice(3, 10))]
    assert torch.equal(whole["word"].value, torch.cat([views["word"].value for views, _ in parts]))
    together = joined(look(method, batch)[1], batch)
    cut = {name: torch.cat([reps.features[name] for _, reps in parts]) for name in together}
    one, other = (method.relate(z).losses["info_nce"] for z in (together, Features(cut, batch.key)))
    torch.testing.assert_close(one, other)


def test_each_hop_meets_its_layer() -> None:
    method, batch = by_node()
    views, reps = look(method, batch)
    out = method.encoders["node"](views["node"], layers=True)
    assert out.layers is not None
    torch.testing.assert_close(reps.features["node"][:, 0], F.layer_norm(out.layers[0], (16,))[:, 0, 0])
    torch.testing.assert_close(reps.features["node"][:, 1], out.pooled[:, 0])
    nodes, words = (
        method.space(slot, reps.features[slot], reps.features[f"{slot}/present"]) for slot in ("node", "word")
    )
    t = method.scale.temperature
    expected = [symmetric_info_nce(nodes[:, k], words[:, k], t) for k in range(2)]
    torch.testing.assert_close(method.relate(joined(reps, batch)).losses["info_nce"], (expected[0] + expected[1]) / 2)


def test_of_whole_graphs_with_one_hop_it_is_clip() -> None:
    made, batch = encoders(molecule="graph", name="text"), samples(molecule="graph", name="text")
    torch.manual_seed(3)
    method = TAGA(made["molecule"], made["name"], hops=1, dim=16).double()
    clip = CLIP(made, dim=16).double()
    clip.load_state_dict(method.state_dict(), strict=False)
    views, reps = look(method, batch)
    assert torch.equal(views["name"].value, batch["name"].value)
    found = method.relate(joined(reps, batch)).losses["info_nce"]
    z = {slot: clip.encoders[slot](views[slot]) for slot in ("molecule", "name")}
    graphs, names = (clip.space(slot, out.pooled, out.present)[:, 0] for slot, out in z.items())
    torch.testing.assert_close(found, symmetric_info_nce(graphs, names, clip.scale.temperature))
