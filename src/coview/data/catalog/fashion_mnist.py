"""Fashion-MNIST: 28 x 28 grey pictures of clothes in ten classes, with the authors' own split."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock
from coview.errors import UserError

if TYPE_CHECKING:
    import numpy as np

    from coview.data.source import Source

CLASSES = (
    "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
PACKAGE = Package(
    "apt", "dataset-fashion-mnist", "0.0~git20200523.55506a9-1",
    "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0", 30_900_652,
    "MIT", "Fashion-MNIST by Zalando Research (MIT)",
)  # fmt: skip


def build(stock: Stock) -> Source:
    """60,000 pictures to train on and 10,000 to test with, `(28, 28)` uint8; validation is cut from training."""
    import numpy as np

    from coview.data.source import Column, Source

    pictures: list[np.ndarray] = []
    labels: list[int] = []
    names: list[str] = []
    split: list[str] = []
    for part, prefix in (("train", "train"), ("test", "t10k")):
        found = _idx(stock, f"{prefix}-images-idx3-ubyte.gz")
        pictures += list(found)
        labels += _idx(stock, f"{prefix}-labels-idx1-ubyte.gz").tolist()
        names += [f"{part}-{i:05d}" for i in range(len(found))]
        split += [part] * len(found)
    return Source(
        "fashion-mnist",
        {"image": Column("image", [[picture] for picture in pictures])},
        names=names,
        labels={"class": np.array(CLASSES)[labels]},
        split=split,
    )


def _idx(stock: Stock, name: str) -> np.ndarray:
    """An IDX file of bytes: 0, 0, the type (8), the count of axes, their lengths (big-endian int32), the values."""
    import numpy as np

    data = gzip.decompress((stock.folder(PACKAGE) / "usr/share/datasets/fashion-mnist" / name).read_bytes())
    if data[:3] != b"\x00\x00\x08":
        raise UserError(f"{name} is no IDX file of bytes: its first bytes are {data[:4].hex()}")
    axes = data[3]
    shape = np.frombuffer(data, ">i4", axes, offset=4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)


SET = DataSet(
    title="Fashion-MNIST: clothes in grey, ten classes",
    slots={"image": Slot("image")},
    labels={"class": ", ".join(CLASSES)},
    counts="60,000 pictures to train on and 10,000 to test with, 28 x 28",
    packages=(PACKAGE,),
    build=build,
)
