"""One maker for each row of docs/bad-input.md: it puts the bad thing beside good ones and returns what to open."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from tests.data.made_files import picture, picture_bytes, pixels, sound, text, wave

Maker = Callable[[Path], Path]
MAKERS: dict[str, Maker] = {}


def row(what: str) -> Callable[[Maker], Maker]:
    def keep(maker: Maker) -> Maker:
        MAKERS[what] = maker
        return maker

    return keep


def beside_pictures(root: Path) -> Path:
    for i in range(4):
        picture(root / f"good{i}.png", i)
    return root


def picture_case(what: str, content: Callable[[], bytes], ending: str = ".png") -> None:
    def make(root: Path) -> Path:
        (beside_pictures(root) / f"bad{ending}").write_bytes(content())
        return root

    MAKERS[what] = make


def saved(image: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def header_of(side: int) -> bytes:
    """A PNG that says it is side x side grey pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def frames() -> bytes:
    first, second = (Image.fromarray(pixels(i)) for i in (0, 1))
    return saved(first, "GIF", save_all=True, append_images=[second])


def palette() -> Image.Image:
    return Image.fromarray(pixels()).convert("P", palette=Image.Palette.ADAPTIVE)


picture_case("corrupt picture", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
picture_case("truncated picture", lambda: picture_bytes(0, 60, "JPEG")[:900], ".jpg")
picture_case("picture of zero bytes", lambda: b"")
picture_case("picture of 1 x 1 pixel", lambda: picture_bytes(0, 1))
picture_case("picture of one colour", lambda: saved(Image.new("RGB", (24, 24), "white")))
picture_case("picture of 20,000 x 20,000 pixels", lambda: header_of(20_000))
picture_case("picture of 10,000 x 10,000 pixels", lambda: header_of(10_000))
picture_case("CMYK picture", lambda: saved(Image.fromarray(pixels()).convert("CMYK"), "JPEG"), ".jpg")
picture_case("picture with a palette", lambda: saved(palette()))
picture_case("picture with a transparent palette", lambda: saved(palette(), transparency=0))
picture_case("picture of 16 bits", lambda: saved(Image.fromarray(pixels()[..., 0].astype(np.uint16) * 257)))
picture_case("animated picture", frames, ".gif")
picture_case("a JPEG named .png", lambda: picture_bytes(0, kind="JPEG"))
picture_case("words named .png", lambda: b"these are words")


def beside_sounds(root: Path) -> Path:
    for i in range(4):
        sound(root / f"good{i}.wav", i)
    return root


def sound_case(what: str, content: Callable[[], bytes]) -> None:
    def make(root: Path) -> Path:
        (beside_sounds(root) / "bad.wav").write_bytes(content())
        return root

    MAKERS[what] = make


def waveform(values: np.ndarray, rate: int = 16_000) -> bytes:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, values, rate, format="WAV")
    return file.getvalue()


sound_case("sound of zero bytes", lambda: b"")
sound_case("sound without samples", lambda: waveform(np.zeros(0)))
sound_case("sound of one sample", lambda: waveform(np.ones(1) * 0.5))
sound_case("truncated sound", lambda: waveform(wave(0, 9600))[:9600])
sound_case("silent sound", lambda: waveform(np.zeros(1600)))
sound_case("stereo sound", lambda: waveform(np.stack([wave(0), wave(1)], 1)))
sound_case("sound at 96 kHz", lambda: waveform(wave(0, 9600), 96_000))
sound_case("broken sound", lambda: b"RIFF\x00\x00\x00\x00WAVEfmt ")
sound_case("a picture named .wav", picture_bytes)


def text_case(what: str, content: bytes) -> None:
    def make(root: Path) -> Path:
        for i in range(4):
            text(root / f"good{i}.txt", f"some words of sample {i}")
        (root / "bad.txt").write_bytes(content)
        return root

    MAKERS[what] = make


text_case("empty text", b" \n")
text_case("1 MB of text", b"many words " * 100_000)
text_case("text that is not UTF-8", b"caf\xe9 au lait is what they drink")


def csv(root: Path, *lines: bytes, head: bytes = b"id,file,caption", name: str = "t.csv") -> Path:
    """Four good rows of pictures and captions, and the lines given."""
    beside_pictures(root / "pictures")
    good = [f"{i},pictures/good{i}.png,a caption of sample {i}".encode() for i in range(4)]
    (root / name).write_bytes(b"\n".join([head, *good, *lines]) + b"\n")
    return root / name


@row("a column of numbers with NaN")
def nan(root: Path) -> Path:
    rows = [wave(i).tolist() for i in range(5)]
    rows[4][7] = float("nan")
    pq.write_table(pa.table({"id": ["0", "1", "2", "3", "bad"], "sound": rows}), root / "t.parquet")
    return root / "t.parquet"


@row("a column of numbers with Inf")
def inf(root: Path) -> Path:
    rows = [wave(i).tolist() for i in range(5)]
    rows[4][7] = float("inf")
    pq.write_table(pa.table({"id": ["0", "1", "2", "3", "bad"], "sound": rows}), root / "t.parquet")
    return root / "t.parquet"


MAKERS |= {
    "a path that is not there": lambda root: csv(root, b"bad,pictures/none.png,"),
    "no path of a column is there": lambda root: csv(root / "moved").rename(root / "t.csv"),
    "a column named that is not there": lambda root: csv(root),
    "a cell of 1 MB": lambda root: csv(root, b"bad,pictures/good0.png," + b"words " * 400_000, b"4,,words"),
    "a cell that is not UTF-8": lambda root: csv(root, b"bad,,caf\xe9 au lait"),
    "a line of too many fields": lambda root: csv(root, b"bad,pictures/good0.png,a caption,more"),
    "an id met twice": lambda root: csv(root, b"3,pictures/good0.png,another caption"),
    "ids that repeat throughout": lambda root: csv(root, *[b"1,pictures/good0.png,words"] * 9),
    "a table without rows": lambda root: table_of(root, b"id,file,caption\n"),
    "a table of zero bytes": lambda root: table_of(root, b""),
    "two columns of one name": lambda root: csv(root, head=b"id,file,file"),
    "parquet that is none": lambda root: table_of(root, b"id,file,caption\n", "t.parquet"),
    "an empty folder": lambda root: root,
    "a folder of other files": lambda root: text(root / "notes.docx").parent,
    "a path that does not exist": lambda root: root / "pictres",
    "a pickle": lambda root: table_of(root, b"\x80\x04N.", "data.pt"),
    "one picture": lambda root: picture(root / "one.png"),
}


@row("a word in a column of numbers")
def word_among_numbers(root: Path) -> Path:
    rows = [f"{n},{20 + n / 4},{n % 5}" for n in range(40)]
    return table_of(root, "\n".join(["id,age,children", *rows, "bad,unknown,3"]).encode())


@row("a row without a value")
def nothing_but_a_name(root: Path) -> Path:
    rows = [f"{n},{20 + n / 4},{n % 5}" for n in range(40)]
    return table_of(root, "\n".join(["id,age,children", *rows, "bad,,"]).encode())


@row("a word in a column of times")
def word_among_times(root: Path) -> Path:
    rows = [f"{n % 4},2024-01-{1 + n // 4:02d},{['tea', 'milk'][n % 3 % 2]}" for n in range(40)]
    return table_of(root, "\n".join(["customer,date,goods", *rows, "bad,soon,milk"]).encode())


MAKERS["a table of one column of numbers"] = lambda root: table_of(root, b"age\n20.5\n31.5\n17\n")


def table_of(root: Path, content: bytes, name: str = "t.csv") -> Path:
    (root / name).write_bytes(content)
    return root / name


@row("a dangling link")
def dangling(root: Path) -> Path:
    os.symlink(root / "gone.png", beside_pictures(root) / "bad.png")
    return root


@row("a link to the folder itself")
def loop(root: Path) -> Path:
    os.symlink(root, beside_pictures(root) / "bad")
    return root


@row("a file that is no plain file")
def unreadable(root: Path) -> Path:
    os.mkfifo(beside_pictures(root) / "bad.png")
    return root
