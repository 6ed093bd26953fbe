"""Random play of Atari games."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from coview.data.items import Items
from coview.errors import UserError

if TYPE_CHECKING:
    from ale_py import ALEInterface

SKIP = 4
"""Frames of the machine (60 a second) for each action and each frame that is kept."""


class Recorded(Items):
    """Clips `(N, T, H, W, C)` as raw values of the modality video, one natural view each."""

    def __init__(self, frames: np.ndarray, rate: float) -> None:
        self.frames, self.rate = frames, rate

    def __len__(self) -> int:
        return len(self.frames)

    def of(self, row: int) -> Sequence[Any | None]:
        return [(np.asarray(self.frames[row]), self.rate)]


def play(game: str, number: int, clips: int, frames: int, size: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Clips `(frames, size, size, 3)` uint8 of one play, and the memory `(128,)` uint8 at the end of each.

    Actions are drawn evenly from those the game knows, after up to 30 steps without any; as many steps as a clip has
    lie between clips. A lost game begins anew. A frame is the brighter of the last two of its step, for the machine
    draws some things in every other frame only.

    Args:
        game: as ale-py calls it.
        number: which play: its seed.
        clips, frames: how many of how many.
        size: pixels a side.
    """
    ale = _machine(game, number)
    rng = np.random.default_rng([number, *game.encode()])
    known = ale.getMinimalActionSet()
    idle = known[0]
    for _ in range(int(rng.integers(1, 31))):
        _step(ale, idle)
    for _ in range(clips):
        clip = np.empty((frames, size, size, 3), np.uint8)
        for t in range(2 * frames):
            screen = _step(ale, known[int(rng.integers(len(known)))], look=t >= frames)
            if screen is not None:
                clip[t - frames] = np.asarray(Image.fromarray(screen).resize((size, size), Image.Resampling.BOX))
        yield clip, ale.getRAM().copy()


def checked(ram: np.ndarray, known: Mapping[str, str]) -> str:
    """SHA-256 of the recorded memory.

    Raises:
        UserError: this version of ale-py is known to play otherwise.
    """
    sha256 = hashlib.sha256(ram.tobytes()).hexdigest()
    if known.get(version(), sha256) != sha256:
        raise UserError(
            f"ale-py {version()} played otherwise than declared (memory {sha256[:16]}, expected "
            f"{known[version()][:16]}): install it anew"
        )
    return sha256


def version() -> str:
    """Of ale-py."""
    import ale_py

    return ale_py.__version__


def _machine(game: str, seed: int) -> ALEInterface:
    from ale_py import ALEInterface, LoggerMode, roms

    ALEInterface.setLoggerMode(LoggerMode.Error)
    ale = ALEInterface()
    ale.setInt("random_seed", seed + 1)
    ale.setFloat("repeat_action_probability", 0.0)
    path = roms.get_rom_path(game) if game in roms.get_all_rom_ids() else None
    if path is None:
        raise UserError(f"ale-py brings no game {game!r}")
    ale.loadROM(path)
    return ale


def _step(ale: ALEInterface, action: Any, look: bool = False) -> np.ndarray | None:
    """One action held for four frames; the screen where asked for."""
    before = None
    for i in range(SKIP):
        ale.act(action)
        if ale.game_over():
            ale.reset_game()
        if look and i == SKIP - 2:
            before = ale.getScreenRGB()
    return None if before is None else np.maximum(before, ale.getScreenRGB())
