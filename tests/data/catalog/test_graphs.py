"""Graphs of the catalog: how lists of packages are read, what is held out, and what the real sets hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from coview.data.catalog.connectomes import REGIONS, hemisphere
from coview.data.catalog.reading.apt_packages import needed, stanzas, tags
from coview.data.catalog.reading.whole_graphs import SavedGraphs, save
from coview.data.catalog.store.apt_index import release
from coview.data.links import last_held_out
from coview.data.prepared.prepare import sample_ids
from coview.data.source import Source
from coview.modalities.graph.item import WholeGraph
from tests.data.catalog.real import by, check_shape, real

LIST = """Package: a
Depends: b (>= 1.2), c | d:any,
 e
Pre-Depends: f
Tag: role::program, interface::commandline,
 interface::x11
Description: does a thing

Package: b
Description: a library
"""


def test_stanzas_of_a_list_of_packages(tmp_path: Path) -> None:
    (tmp_path / "Packages").write_text(LIST)
    a, b = stanzas(tmp_path / "Packages")
    assert needed(a) == ["b", "c", "d", "e", "f"]
    assert tags(a) == {"role": ["program"], "interface": ["commandline", "x11"]}
    assert needed(b) == []
    assert b["Description"] == "a library"


def test_a_release_is_named_with_its_number_and_date(tmp_path: Path) -> None:
    signed = tmp_path / "mirror_dists_bookworm_InRelease"
    signed.write_text("Codename: bookworm\nVersion: 12.15\nDate: Sat, 11 Jul 2026 10:16:37 UTC\n")
    assert release(tmp_path / "mirror_dists_bookworm_main_binary-amd64_Packages.lz4") == "bookworm_12.15_2026-07-11"


def test_saved_graphs_are_the_graphs_that_were_saved(tmp_path: Path) -> None:
    edges = [[[0, 1], [1, 2]], [[], []]]
    graphs = [
        WholeGraph.checked(np.arange(6).reshape(3, 2), np.array(edges[0]), np.array([[1], [0]])),
        WholeGraph.checked(np.array([[7, 8]]), np.array(edges[1], int), np.zeros((0, 1))),
    ]
    save(tmp_path / "graphs.npz", graphs)
    saved = SavedGraphs(tmp_path / "graphs.npz")
    assert len(saved) == 2
    for i, graph in enumerate(graphs):
        for part in ("x", "edges", "values"):
            np.testing.assert_array_equal(getattr(saved[i][0], part), getattr(graph, part))


def test_of_each_persons_ratings_the_last_tenth_is_held_out_for_scoring() -> None:
    who, time = np.repeat([0, 1], [10, 20]), np.concatenate([np.arange(10)[::-1], np.arange(20)])
    part = last_held_out(who, time)
    assert part[0] == "test"
    assert part[1] == "valid"
    assert (part[2:10] == "train").all()
    assert part[10:].tolist() == ["train"] * 16 + ["valid"] * 2 + ["test"] * 2
    assert last_held_out(np.array([0, 0, 1, 1, 1]), np.arange(5)).tolist() == [*["train"] * 3, "valid", "test"]


def test_a_hemisphere_has_its_own_strongest_pairs_as_edges() -> None:
    rng = np.random.default_rng(0)
    fibres = rng.random((2 * REGIONS, 2 * REGIONS))
    fibres = fibres + fibres.T
    graph = hemisphere(fibres, 1, 0.1)
    within = fibres[REGIONS:, REGIONS:][np.triu_indices(REGIONS, 1)]
    assert graph.edges.shape[1] == round(0.1 * len(within))
    assert graph.values.min() == pytest.approx(np.log1p(np.sort(within)[-graph.edges.shape[1]]), rel=1e-6)


def links_are_not_in_the_graph(source: Source, slot: str, name: str) -> None:
    wiring = source.columns[slot].items[0][0].wiring
    row = wiring.number.argsort()  # of each node of the graph
    seen = {tuple(sorted(edge)) for edge in row[wiring.edges()].T.tolist()}
    links, ids = source.links[name], sample_ids(source.names)
    for part in ("valid", "test"):
        held = links.rows(ids, part)
        assert len(held) > 1000
        assert not any(tuple(sorted(pair)) in seen for pair in held.tolist())
    assert len(seen) == len(links.rows(ids, "train"))


@pytest.mark.data
def test_debian_says_its_release_and_holds_its_links_out() -> None:
    source = real("debian")
    check_shape(source)
    assert len(source.about["sha256"]) == 64
    assert source.about["release"]
    wiring = source.columns["package"].items[0][0].wiring
    assert wiring.about["sha256"] == source.about["sha256"]
    assert all(source.about["sha256"][:12] in name for name in wiring.columns[0])  # no other release's are these
    assert int(wiring.degree[wiring.number[by(source, "libc6")]]) > 10_000
    links_are_not_in_the_graph(source, "package", "depends")


@pytest.mark.data
def test_films_and_people_are_one_graph_and_the_last_ratings_are_not_in_it() -> None:
    source = real("ml-100k-graph")
    check_shape(source)
    assert len(source) == 943 + 1682
    assert sum(title[0] is not None for title in source.columns["title"].items) == 1682
    links_are_not_in_the_graph(source, "node", "rated")


@pytest.mark.data
def test_molecules_know_their_names_and_what_was_measured() -> None:
    source = real("molecules")
    check_shape(source)
    row = by(source, "CCO")
    assert source.columns["molecule"].items[row][0].x.shape[0] == 3
    assert "ethanol" in source.columns["name"].items[row]
    assert source.labels["melting point"][row] == pytest.approx(159, abs=2)


@pytest.mark.data
def test_each_mouse_has_two_hemispheres_of_the_same_regions() -> None:
    source = real("connectomes")
    check_shape(source)
    left, right = source.columns["brain"].items[0]
    assert left.x.shape == right.x.shape == (REGIONS, REGIONS + 2)
    assert source.split is not None
    assert [source.split.count(part) for part in ("train", "valid", "test")] == [16, 8, 8]
