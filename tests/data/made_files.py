"""Tiny real files for the tests of sources."""

import io
from pathlib import Path

import numpy as np
from PIL import Image


def pixels(seed=0, size=12):
    return np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)


def picture(path: Path, seed=0, size=12):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels(seed, size)).save(path)
    return path


def picture_bytes(seed=0, size=12, kind="PNG"):
    file = io.BytesIO()
    Image.fromarray(pixels(seed, size)).save(file, kind)
    return file.getvalue()


def wave(seed=0, samples=1600):
    return (np.random.default_rng(seed).standard_normal(samples) * 0.1).astype(np.float32)


def sound(path: Path, seed=0, samples=1600):
    import soundfile

    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, wave(seed, samples), 16_000)
    return path


def text(path: Path, content="a few words"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path
