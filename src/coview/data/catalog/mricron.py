"""A brain in MRI with the atlas over it: windows of one T1 image of a head at 1 mm.

The image is MRIcron's `ch2`, 27 scans of one person averaged (Holmes et al. 1998); its regions are those of the AAL
atlas (Tzourio-Mazoyer et al. 2002) and Brodmann's areas. A sample is a window whose middle voxel lies in the brain,
labelled by that voxel; white matter has no label. Windows are split by place: blocks of 32 mm, and none reaches into
two parts of the split. It is one brain: what is learnt here is told of places in it, not of people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import numpy as np

    from coview.data.source import Source

PACKAGE = Package(
    "apt", "mricron-data", "1.2.20211006+dfsg-4",
    "d40aa0ed66cf89bf6cafa049ad3884703c9d975c2ee2737525b7196528df9d6f", 16_122_652,
    "BSD-3-Clause", "MRI templates of MRIcron by Chris Rorden; AAL atlas by Tzourio-Mazoyer et al. (2002)",
)  # fmt: skip
BLOCK = 32
LARGEST = 24
"""Of larger windows next to none lies in valid or test blocks alone."""
LOBES = {
    2: "frontal", 3: "insula and cingulum", 4: "hippocampus and cingulum", 5: "occipital", 6: "parietal",
    7: "deep grey matter", 8: "temporal", 9: "cerebellum",
}  # fmt: skip
"""By the thousands of AAL's numbers."""


def build(stock: Stock, window: int = 16, step: int = 6) -> Source:
    """Windows of `window` voxels a side, `step` apart, in the brain.

    Args:
        stock: where the package lies.
        window: voxels of 1 mm a side, 4 to 24.
        step: between windows, in voxels.
    """
    import numpy as np

    from coview.data.catalog.reading.windows import Windows, places
    from coview.data.source import Column, Source
    from coview.errors import UserError

    if not 4 <= window <= LARGEST or step < 1:
        raise UserError(f"mricron has windows of 4 to {LARGEST} voxels, at least 1 apart; not {window} and {step}")
    root = stock.folder(PACKAGE) / "usr/share/mricron/templates"
    head, brain, aal, areas = (
        _voxels(root / f"{name}.nii.gz") for name in ("ch2", "ch2bet", "aal", "brodmann")
    )  # fmt: skip
    told = [line.split() for line in (root / "aal.nii.txt").read_text().splitlines() if line.strip()]
    regions = {int(number): name.removesuffix("_L").removesuffix("_R") for number, name, *_ in told}
    lobes = {int(number): LOBES[int(code) // 1000] for number, _, code in told if int(code) // 1000 in LOBES}
    size = (window, window, window)
    at = [place for place in places(head.shape, size, (step, step, step), (BLOCK, BLOCK, BLOCK)) if brain[place.centre]]
    values = {name: [int(atlas[place.centre]) for place in at] for name, atlas in (("aal", aal), ("area", areas))}
    windows = Windows(head, [place.corner for place in at], size, (1.0, 1.0, 1.0))
    # the atlas' names have no side, and the brain has an upright
    options = {"standardise": "data", "flip": "0", "size": max(8, window // 8 * 8)}
    return Source(
        "mricron",
        {"mri": Column("volume", windows, options=options)},
        names=[",".join(str(i) for i in place.corner) for place in at],
        labels={
            "lobe": np.array([lobes.get(x) for x in values["aal"]], dtype=object),
            "region": np.array([regions.get(x) for x in values["aal"]], dtype=object),
            "area": np.array([f"Brodmann {x}" if x else None for x in values["area"]], dtype=object),
        },
        groups=[place.block for place in at],
        split=[place.part for place in at],
    )


def _voxels(path: object) -> np.ndarray:
    import numpy as np

    from coview.errors import MissingExtra

    try:
        import nibabel
    except ImportError:
        raise MissingExtra("nibabel", "volume") from None
    return np.asarray(nibabel.load(path).dataobj)  # type: ignore[attr-defined]


SET = DataSet(
    title="Windows of a brain in MRI, with atlas labels",
    slots={"mri": Slot("volume")},
    labels={
        "lobe": "8 parts of the brain, by the middle voxel",
        "region": "60 regions of the AAL atlas, left and right alike",
        "area": "41 Brodmann areas",
    },
    counts="3,168 windows of 16 mm in one brain",
    packages=(PACKAGE,),
    build=build,
    modules={"nibabel": ("nibabel", "volume")},
)
