"""Samples made for claims from graphs: packages of Debian as nodes, molecules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from coview.data import catalog
from coview.data.source import Column, Picked, Source
from coview.data.split import unit_hash
from coview.errors import MissingExtra
from coview.papers.derived import part_of

if TYPE_CHECKING:
    from coview.batch import Batch, Embeddings
    from coview.modalities.graph.wiring import Wiring

DEBIAN = {"train": 4_000, "valid": 1_000, "test": 2_000}
"""Packages of each part."""


@cache
def packages() -> Source:
    """Packages of Debian as nodes of their graph: 4,000 to train on, 1,000 to choose by, 2,000 to score.

    The graph is whole: neighbourhoods reach beyond these packages.
    """
    return part_of(catalog.source("debian").only(["package"]), DEBIAN)


PARTITION = 10
"""Of the whole graph, for a partition to be told."""


@cache
def parted_packages() -> Source:
    """The same packages with the part of the whole graph that each is in, of ten that METIS cuts it into.

    Raises:
        MissingExtra: pymetis is not installed.
    """
    try:
        import pymetis
    except ImportError as error:
        raise MissingExtra("pymetis", "claims") from error
    source = packages()
    wiring, places = _nodes(source)
    _, parts = pymetis.part_graph(PARTITION, xadj=wiring.start.numpy(), adjncy=wiring.ends.numpy())
    told = [f"part {parts[place]}" for place in places]
    return replace(source, labels={**source.labels, "partition": np.array(told)})


@cache
def described_packages() -> Source:
    """The same packages with their descriptions."""
    return part_of(catalog.source("debian").only(["package", "description"]), DEBIAN)


@cache
def solubilities() -> Source:
    """Molecules whose solubility is known, in its three parts, and 4,000 others to train on."""
    molecules = catalog.source("molecules").only(["molecule"])
    assert molecules.split is not None
    told = [label is not None for label in molecules.labels["soluble"]]
    others = [i for i, part in enumerate(molecules.split) if part == "train" and not told[i]]
    others = sorted(others, key=lambda i: unit_hash(molecules.names[i], salt="subset"))[:4_000]
    return molecules.rows([i for i, known in enumerate(told) if known] + others)


@cache
def noised_packages() -> Source:
    """The same packages where half of the graph's dependencies are replaced by pairs drawn at random."""
    random = np.random.default_rng(0)

    def noised(edges: np.ndarray, nodes: int) -> np.ndarray:
        wrong = random.random(edges.shape[1]) < 0.5
        edges[:, wrong] = random.integers(0, nodes, (2, int(wrong.sum())))
        return edges

    return _rewired(noised)


@cache
def lone_packages() -> Source:
    """The same packages and no dependency: of each, the numbers that sum up its words."""
    return _rewired(lambda edges, nodes: edges[:, :0])


def stored_features(batch: Batch) -> Embeddings:
    """Packages as their own numbers are stored, neither scaled nor beside their neighbours'."""
    from coview.batch import Embedding

    view = batch["package"]
    own = view.value.wiring.x[view.value.index.clamp_min(0)]
    return {"package": {"package": Embedding(own * view.present[..., None], view.present)}}


def _nodes(source: Source) -> tuple[Wiring, list[int]]:
    """The graph that packages are nodes of, and which node each is."""
    items = [sample[0] for sample in source.columns["package"].items]
    return items[0].wiring, [item.node for item in items]  # type: ignore[union-attr]


def _rewired(rewire: Callable[[np.ndarray, int], np.ndarray]) -> Source:
    """The packages with other edges: what `rewire` makes of `(2, E)` and of how many nodes there are."""
    from coview.data.graphs.graph import NodeItems
    from coview.modalities.graph.wiring import Wiring

    source = packages()
    wiring, places = _nodes(source)
    edges = rewire(wiring.edges().numpy(), len(wiring))
    rewired = Wiring.of(wiring.x.numpy(), edges, about=wiring.about, ids=wiring.ids, columns=wiring.columns)
    items = NodeItems(rewired)
    return replace(source, columns={"package": replace(source.columns["package"], items=Picked(items, places))})


LABELLED_PACKAGES = 10
"""Packages of each section whose label may be learned from."""


CLUSTERS = 200
"""Of packages by their features, each of which then stands for the section that it is nearest to (the authors: 200)."""


@cache
def labelled_packages() -> Source:
    """Packages with what is told of them in a slot of its own.

    Their section, of those to train on known of ten of each; the section that is nearest to their cluster, by the
    features of those whose section is known, and of the others alone (as the authors' `main_clu.py` has it: else the
    pretext would be the labels again); and their part of the graph.
    """
    source = parted_packages()
    assert source.split is not None
    sections = source.labels["section"].tolist()
    met: dict[str, int] = {}
    known, learnt = [], []
    for section, part in zip(sections, source.split, strict=True):  # they are in the order of a hash
        met[section] = met.get(section, 0) + (part == "train")
        known.append(part != "train" or met[section] <= LABELLED_PACKAGES)
        learnt.append(part == "train" and known[-1])
    nearest = _nearest_sections(source, np.array(learnt))
    clusters = [None if own else near for own, near in zip(learnt, nearest, strict=True)]
    parts = source.labels["partition"].tolist()
    rows = [
        [{"section": section if told else None, "cluster": cluster, "partition": part}]
        for section, told, cluster, part in zip(sections, known, clusters, parts, strict=True)
    ]
    return replace(source, columns={**source.columns, "told": Column("table", rows)})


def _nearest_sections(source: Source, learnt: np.ndarray) -> list[str]:
    """Of each package the section whose known packages are nearest, on average, to those of its cluster."""
    from sklearn.cluster import KMeans

    wiring, places = _nodes(source)
    x = wiring.x.numpy()[places]
    sections = source.labels["section"].astype(str)
    names = np.unique(sections[learnt])
    means = np.stack([x[learnt & (sections == name)].mean(0) for name in names])
    trained = np.array([part == "train" for part in source.split or ()])
    found = KMeans(CLUSTERS, n_init="auto", random_state=0).fit(x[trained])
    apart = ((found.cluster_centers_[:, None] - means) ** 2).sum(-1)
    return names[apart.argmin(1)][found.predict(x)].tolist()
