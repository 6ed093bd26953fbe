"""The packages of a Debian release and who needs whom: one graph of 63,000 nodes with texts, sections and tags.

Read from apt's own list, so another machine may have another release: its name, number, date and checksum go with the
source and with everything made from it. A node's features are its name and its one-line description as a 64-number
summary (TF-IDF of words, then their principal directions, which are another list's no more and are named after the
list); section and tags are labels alone. Packages built from one
source are alike and share a split. Of the dependencies 5 % are held out for choosing and 10 % for scoring, by a hash of
the two names: the graph that is learned from does not have them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import numpy as np

    from coview.data.source import Source

INDEX = Package(
    "apt-index", "main", "bookworm_12.15_2026-07-11",
    "515e692f2c4121c6fcec444ef100cc18f79a991910615f3a88c8b7becfc94d2f", 50_060_337,
    "facts of an index; descriptions under the licences of their packages",
    "Package names, descriptions and dependencies of the Debian project",
)  # fmt: skip

MADE = "graph-1"
FACETS = {
    "role": "what it is for (program, shared-lib, documentation, ...)",
    "implemented-in": "the language it is written in",
    "uitoolkit": "the toolkit of its windows",
    "interface": "how one talks to it (commandline, daemon, ...)",
}
"""Debtags facets that serve as labels, where a package has one value."""
WIDTH, WORDS = 64, 20_000
VALID, TEST = 0.05, 0.10


def build(stock: Stock) -> Source:
    """All packages, each a node of the one graph."""
    import numpy as np
    from pyarrow import parquet

    from coview.data.catalog.reading.split import split_by_hash
    from coview.data.graphs.graph import NodeItems
    from coview.data.links import Links
    from coview.data.prepared.prepare import sample_ids
    from coview.data.source import Column, Source
    from coview.modalities.graph.wiring import Wiring

    folder = stock.made(MADE, lambda into: _make(stock, into, lambda line: None))
    table = parquet.read_table(folder / "packages.parquet")
    names, groups = table["name"].to_pylist(), table["source"].to_pylist()
    with np.load(folder / "graph.npz") as held:
        x, edges, part = held["x"], held["edges"], held["part"]
    about = _release(stock)
    texts = table["description"].to_pylist()
    told = {i: text for i, text in enumerate(texts) if text}
    ids = sample_ids(names)
    of_nodes = tuple(f"direction {i + 1} of {about['sha256'][:12]}" for i in range(x.shape[1]))
    wiring = Wiring.of(x, edges[:, part == "train"], about=about, texts=told, ids=ids, columns=(of_nodes, ()))
    return Source(
        "debian",
        {
            "package": Column("graph", NodeItems(wiring)),
            "description": Column("text", [[text] for text in texts]),
        },
        names=names,
        labels={name: np.array(table[name].to_pylist(), dtype=object) for name in ("section", *FACETS)},
        groups=groups,
        split=split_by_hash(groups),
        about=about,
        links={"depends": Links(ids[edges.T], part)},
        understood=[f"release {about['release']}, list of sha256 {about['sha256']}"],
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Read the list once."""
    stock.made(MADE, lambda into: _make(stock, into, progress))


def _release(stock: Stock) -> dict[str, str]:
    manifest = stock.manifest(INDEX)
    return {"release": str(manifest["version"]).replace("_", " "), "sha256": str(manifest["sha256"])}


def _make(stock: Stock, into: Path, progress: Callable[[str], None]) -> None:
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    from coview.data.catalog.reading.apt_packages import needed, stanzas, tags
    from coview.data.links import part_of_pairs

    progress("reading the list of packages")
    packages: dict[str, dict[str, str]] = {}
    for fields in stanzas(stock.folder(INDEX) / "Packages"):
        packages.setdefault(fields["Package"], fields)  # of two versions the first
    names = list(packages)
    place = {name: i for i, name in enumerate(names)}
    pairs = {
        tuple(sorted((place[name], place[other])))
        for name, fields in packages.items()
        for other in needed(fields)
        if other in place and other != name
    }
    edges = np.array(sorted(pairs), np.int32).T
    part = part_of_pairs([names[i] for i in edges[0]], [names[i] for i in edges[1]], VALID, TEST, "debian")
    texts = [fields.get("Description", "") for fields in packages.values()]
    progress("summing up names and descriptions")
    x = summaries([f"{name} {text}" for name, text in zip(names, texts, strict=True)])
    np.savez(into / "graph.npz", x=x, edges=edges, part=part)
    columns: dict[str, list[Any]] = {"name": names, "description": texts}
    columns["source"] = [f.get("Source", name).split(" ")[0] for name, f in packages.items()]
    columns["section"] = [fields["Section"].split("/")[-1] for fields in packages.values()]
    found = [tags(fields) for fields in packages.values()]
    for facet in FACETS:
        columns[facet] = [t[facet][0] if len(t.get(facet, ())) == 1 else None for t in found]
    parquet.write_table(pa.table(columns), into / "packages.parquet")
    counts = {"nodes": len(names), "edges": int(edges.shape[1]), **_release(stock)}
    (into / "about.json").write_text(json.dumps(counts, indent=1))


def summaries(texts: Sequence[str]) -> np.ndarray:
    """`(N, 64)` float32: TF-IDF of words in 64 principal directions (latent semantic analysis), rows of length 1.

    Source: Deerwester et al., "Indexing by Latent Semantic Analysis", 1990.
    """
    import numpy as np
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    counts = TfidfVectorizer(max_features=WORDS, min_df=2, sublinear_tf=True, token_pattern=r"[a-z0-9+]+")
    found = TruncatedSVD(WIDTH, random_state=0).fit_transform(counts.fit_transform(texts))
    return (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)).astype(np.float32)


SET = DataSet(
    title="Debian packages, their descriptions and dependencies",
    slots={"package": Slot("graph"), "description": Slot("text")},
    labels={"section": "58 sections of the archive", **FACETS},
    counts="63,436 packages, 247,618 dependencies (bookworm 12.15)",
    packages=(INDEX,),
    build=build,
    prepare=prepare,
)
