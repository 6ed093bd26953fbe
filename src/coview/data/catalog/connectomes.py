"""Brains of 32 mice as graphs: regions and how many fibres join them, by diffusion imaging, four strains of eight mice.

A sample is a mouse; its natural views are the two hemispheres, each a graph of the same 166 regions. Of all pairs of
regions those joined most strongly are edges, three in a hundred, as every brain of this resolution joins nearly all.
Two mice of each strain and sex train, one is for choosing, one for scoring.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock
from coview.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from coview.data.source import Source
    from coview.modalities.graph.item import WholeGraph

GRASPOLOGIC = Package(
    "pip", "graspologic", "3.4.4", "4ea5cd50f10eaff3fa90f18a8f66b1f5f42c724ac6aeb95e9f081632fc8d2d00", 5_200_993,
    "MIT", "Mouse connectomes (Wang et al. 2020) in graspologic by Microsoft and contributors (MIT)",
)  # fmt: skip
REGIONS = 166
SIDES = ("left", "right")


def build(stock: Stock, density: float = 0.03) -> Source:
    """All mice; `density` is the share of a hemisphere's pairs of regions that are edges."""
    import numpy as np

    from coview.data.source import Column, Source

    if not 0 < density <= 1:
        raise UserError(f"density is a share of the pairs of regions, more than 0 and at most 1, not {density}")
    root = stock.folder(GRASPOLOGIC) / "graspologic/datasets/mice"
    with (root / "participants.csv").open(newline="") as file:
        mice = list(csv.DictReader(file))
    fibres = [_fibres(root / f"edgelists/{mouse['participant_id']}_ses-1_dti.edgelist") for mouse in mice]
    met: dict[tuple[str, str], int] = {}
    split = []
    for mouse in mice:
        kind = mouse["genotype"], mouse["sex"]
        met[kind] = met.get(kind, 0) + 1
        split.append(("train", "train", "valid", "test")[met[kind] - 1])
    return Source(
        "connectomes",
        {"brain": Column("graph", [[hemisphere(f, side, density) for side in (0, 1)] for f in fibres], SIDES)},
        names=[mouse["participant_id"] for mouse in mice],
        labels={name: np.array([mouse[name] for mouse in mice], dtype=object) for name in ("genotype", "sex")},
        split=split,
    )


def hemisphere(fibres: np.ndarray, side: int, density: float) -> WholeGraph:
    """The regions of one side, from fibres between all regions `(332, 332)`, left ones first.

    A node's features are which region it is (166 numbers of 0 or 1) and the logarithms of its fibres within the
    hemisphere and to the other; an edge's is the logarithm of its fibres.
    """
    import numpy as np

    from coview.modalities.graph.item import WholeGraph

    own = slice(side * REGIONS, (side + 1) * REGIONS)
    other = slice((1 - side) * REGIONS, (2 - side) * REGIONS)
    within = fibres[own, own]
    strength = np.log1p(np.stack([within.sum(1), fibres[own, other].sum(1)], 1))
    low, high = np.triu_indices(REGIONS, 1)
    weight = within[low, high]
    strongest = np.sort(np.argsort(-weight, kind="stable")[: max(1, round(density * len(weight)))])
    strongest = strongest[weight[strongest] > 0]
    x = np.concatenate([np.eye(REGIONS), strength], 1).astype(np.float32)
    return WholeGraph.checked(x, np.stack([low[strongest], high[strongest]]), np.log1p(weight[strongest]))


def _fibres(path: Path) -> np.ndarray:
    """`(332, 332)`, symmetric, from lines of two regions and a number."""
    import numpy as np

    told = np.loadtxt(path)
    found = np.zeros((2 * REGIONS, 2 * REGIONS))
    a, b = told[:, :2].astype(int).T
    found[a, b] = told[:, 2]
    return np.maximum(found, found.T)


SET = DataSet(
    title="Connectomes of mice, one hemisphere beside the other",
    slots={"brain": Slot("graph", SIDES)},
    labels={"genotype": "one of four strains", "sex": "male or female"},
    counts="32 mice, 2 hemispheres of 166 regions each",
    packages=(GRASPOLOGIC,),
    build=build,
)
