"""Atari: 32 games of the Atari 2600 at random play, and the machine's memory as the state of each game.

A sample is a clip of 16 frames, 15 a second, of the whole screen at 40 x 40 pixels. Eight plays of each game, each with
its own seed, give 16 clips, a second apart; the plays are the groups, and those of the test never train. The first 22
games are those of the AtariARI benchmark (Anand et al. 2019, https://arxiv.org/abs/1906.08226). Game images come with
ale-py; they are loaded from there, and nothing made of them may be passed on without their owners' leave.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from coview.data.catalog.store.declare import DataSet, Slot
from coview.data.catalog.store.stock import Stock

if TYPE_CHECKING:
    from coview.data.source import Source

GAMES = (
    "asteroids", "berzerk", "bowling", "boxing", "breakout", "demon_attack", "freeway", "frostbite", "hero",
    "montezuma_revenge", "ms_pacman", "pitfall", "pong", "private_eye", "qbert", "riverraid", "seaquest",
    "space_invaders", "tennis", "venture", "video_pinball", "yars_revenge",
    "alien", "assault", "asterix", "beam_rider", "enduro", "fishing_derby", "gopher", "kung_fu_master", "pooyan",
    "road_runner",
)  # fmt: skip
PLAYS, CLIPS, FRAMES, SIZE, RATE = 8, 16, 16, 40, 15.0
VALID, TEST = {6}, {7}
"""Plays of each game that do not train."""

LOOKS = {"seconds": FRAMES / RATE, "size": SIZE, "flip": False, "scale": (0.6, 1.0), "color": 0.2, "grey": 0.0}
"""How clips may be altered: left is not right in a game, and colours tell its things apart."""

MADE = "plays-1"  # the number moves when the rules of `reading.atari` do
CHECKED = {"0.12.1": "64e8037a6d314b6b54097190b404435729e2ccc2cb073cd322f782e5d35212a9"}
"""Version of ale-py -> SHA-256 of the memory after every clip, in order, as it played here."""


def build(stock: Stock) -> Source:
    """4,096 clips; `ram` is the memory, 128 bytes, at a clip's last frame."""
    import json

    import numpy as np

    from coview.data.catalog.reading.atari import Recorded
    from coview.data.source import Column, Source

    folder = stock.root / MADE
    told = json.loads((folder / "played.json").read_text())
    rows = [(game, play, clip) for game in GAMES for play in range(PLAYS) for clip in range(CLIPS)]
    frames = np.load(folder / "frames.npy", mmap_mode="r")
    return Source(
        "atari",
        {"video": Column("video", Recorded(frames, RATE), options=LOOKS)},
        names=[f"{game}-{play}-{clip:02d}" for game, play, clip in rows],
        labels={"game": np.array([game for game, _, _ in rows]), "ram": np.load(folder / "ram.npy")},
        groups=[f"{game}-{play}" for game, play, _ in rows],
        split=["test" if play in TEST else "valid" if play in VALID else "train" for _, play, _ in rows],
        about={"origin": f"random play with ale-py {told['ale-py']}", "credit": CREDIT},
    )


def prepare(stock: Stock, progress: Callable[[str], None]) -> None:
    """Plays every game, once."""
    stock.made(MADE, lambda into: _play(into, progress))


def _play(into: Path, progress: Callable[[str], None]) -> None:
    import json

    import numpy as np

    from coview.data.catalog.reading.atari import checked, play, version

    n = len(GAMES) * PLAYS * CLIPS
    shape = (n, FRAMES, SIZE, SIZE, 3)
    frames = np.lib.format.open_memmap(into / "frames.npy", mode="w+", dtype=np.uint8, shape=shape)
    ram = np.zeros((n, 128), np.uint8)
    at = 0
    for i, game in enumerate(GAMES):
        progress(f"playing {game} ({i + 1} of {len(GAMES)})")
        for number in range(PLAYS):
            for clip, state in play(game, number, CLIPS, FRAMES, SIZE):
                frames[at], ram[at] = clip, state
                at += 1
    sha256 = checked(ram, CHECKED)
    frames.flush()
    np.save(into / "ram.npy", ram)
    (into / "played.json").write_text(json.dumps({"ale-py": version(), "sha256": sha256}))


CREDIT = "Atari 2600 games, copyright of their owners, played with the Arcade Learning Environment"
SET = DataSet(
    title="Atari 2600: 32 games at random play, with the machine's memory",
    slots={"video": Slot("video")},
    labels={"game": "32 games", "ram": "128 bytes of memory at the last frame, for --protocol state"},
    counts="4,096 clips of 16 frames (128 of each game)",
    packages=(),
    build=build,
    prepare=prepare,
    modules={"ale_py": ("ale-py", "data")},
    extra_licences={
        "ale-py": "GPL-2.0-only",
        "games": "copyright of their owners: load, do not pass on",
    },
    made=MADE,
)
