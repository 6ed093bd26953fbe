import io
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from coview.errors import MissingExtra
from coview.modalities.base import BadSample
from coview.modalities.image import Image
from coview.modalities.image.read import SVG_PIXELS

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="10" height="10" fill="#f00"/></svg>'


def encoded(picture: Pillow.Image, kind: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def noise(h: int = 12, w: int = 10, c: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (h, w, c), dtype=np.uint8)


def rgb() -> Pillow.Image:
    return Pillow.fromarray(noise())


def reads_or_names(content: bytes) -> bool:
    """Whether a picture comes out, or a reason why not; any other error goes on."""
    try:
        return Image.read(content).dtype == torch.uint8
    except BadSample as bad:
        return bool(str(bad))


def bomb() -> bytes:
    """A PNG that says it has 20,000 x 20,000 pixels."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100)))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"", "empty"),
        (lambda: b"\x00" * 100, "not an image"),
        (lambda: b"a text that calls itself a picture", "not an image"),
        (lambda: encoded(rgb())[:-60], "broken"),
        (lambda: encoded(Pillow.fromarray(noise(64, 64)), "JPEG")[:700], "broken"),
        (bomb, "pixels"),
        (lambda: SVG[:60].encode() + b"<svg", "broken SVG"),
        (lambda: "/no/such/picture.png", "cannot be opened"),
        (lambda: np.array([[0.5, np.nan]]), "NaN"),
        (lambda: np.array([[0.5, np.inf]]), "NaN or Inf"),
        (lambda: np.array([[0.5, 3.0]]), "from 0 to 1"),
        (lambda: np.array([[0, 300]]), "from 0 to 255"),
        (lambda: np.array([[-1, 3]]), "from 0 to 255"),
        (lambda: np.array([["a", "b"]]), "type"),
        (lambda: np.zeros((0, 4, 3), np.uint8), "without pixels"),
        (lambda: np.zeros(5, np.uint8), "axes"),
        (lambda: np.zeros((1, 2, 3, 4), np.uint8), "axes"),
        (lambda: 7, "int"),
        (lambda: None, "None"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_what_is_no_picture_is_named(make: Callable[[], Any], reason: str):
    with pytest.raises(BadSample, match=reason) as caught:
        Image.read(make())
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["zero", "text", "directory", "dangling"])
def test_files_that_are_no_pictures_are_named(kind: str, tmp_path: Path):
    path = tmp_path / "x.jpg"
    match kind:
        case "zero":
            path.write_bytes(b"")
        case "text":
            path.write_text("hello")
        case "directory":
            path.mkdir()
        case "dangling":
            path.symlink_to(tmp_path / "gone.jpg")
    with pytest.raises(BadSample):
        Image.read(path)


@pytest.mark.parametrize("cut", [1, 10, 40, 100, 200, 300])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"])
def test_a_file_cut_anywhere_is_read_or_named_and_raises_nothing_else(kind: str, cut: int):
    content = encoded(rgb(), kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PIL warns of broken TIFF tags before it raises
        assert reads_or_names(content[:-cut])


@given(st.binary(max_size=200), st.sampled_from(["PNG", "JPEG", "GIF", "TIFF", "WEBP"]), st.integers(0, 150))
@settings(max_examples=60, deadline=None)
def test_a_file_with_broken_bytes_is_read_or_named_and_raises_nothing_else(junk: bytes, kind: str, at: int):
    content = encoded(rgb(), kind)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert reads_or_names(content[:at] + junk + content[at + len(junk) :])


def test_a_file_a_path_bytes_and_a_picture_read_alike(tmp_path: Path):
    path = tmp_path / "x.png"
    rgb().save(path)
    want = torch.from_numpy(noise()).permute(2, 0, 1)
    for raw in (path, str(path), path.read_bytes(), Pillow.open(path)):
        assert torch.equal(Image.read(raw), want)


def test_a_name_that_lies_about_the_format_does_not_matter(tmp_path: Path):
    path = tmp_path / "x.jpg"
    path.write_bytes(encoded(rgb(), "PNG"))
    assert torch.equal(Image.read(path), torch.from_numpy(noise()).permute(2, 0, 1))


@pytest.mark.parametrize(("mode", "channels"), [("1", 1), ("L", 1), ("P", 3), ("RGB", 3), ("CMYK", 3), ("YCbCr", 3)])
def test_modes_come_out_grey_or_rgb(mode: str, channels: int):
    picture = rgb().convert(mode)
    kind = {"CMYK": "TIFF", "YCbCr": "TIFF"}.get(mode, "PNG")
    got = Image.read(encoded(picture, kind))
    assert got.shape == (channels, 12, 10)
    want = np.asarray(picture.convert("L" if channels == 1 else "RGB")).reshape(12, 10, channels)
    assert (got.permute(1, 2, 0).int() - torch.from_numpy(want.copy()).int()).abs().max() <= 1


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparency_is_laid_on_white(mode: str):
    clear = Pillow.new("RGBA", (4, 4), (200, 0, 0, 0))
    clear.putpixel((0, 0), (10, 10, 10, 255))
    content = encoded(clear.quantize() if mode == "P" else clear.convert(mode))
    got = Image.read(content)
    assert len(got) == (1 if mode == "LA" else 3)
    assert (got[:, 1:, 1:] == 255).all()
    assert (got[:, 0, 0].int() - 10).abs().max() <= 1


def test_half_transparency_is_blended():
    got = Image.read(Pillow.new("RGBA", (1, 1), (0, 0, 0, 128)))
    assert (got.int() - 127).abs().max() <= 1


def test_sixteen_bits_are_scaled_to_eight():
    values = np.array([[0, 257, 25700, 65535]], np.uint16)
    want = torch.tensor([[[0, 1, 100, 255]]], dtype=torch.uint8)
    assert torch.equal(Image.read(values), want)
    assert torch.equal(Image.read(encoded(Pillow.fromarray(values))), want)


def test_pictures_are_turned_upright():
    picture = rgb()
    exif = picture.getexif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    got = Image.read(encoded(picture, "PNG", exif=exif))
    assert torch.equal(got, torch.from_numpy(np.rot90(noise(), -1).copy()).permute(2, 0, 1))


def test_the_first_frame_of_an_animation_is_read():
    frames = [Pillow.new("RGB", (5, 5), color) for color in ("red", "blue")]
    got = Image.read(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert got[:, 0, 0].tolist() == [255, 0, 0]


def test_one_pixel_is_a_picture():
    assert Image.read(encoded(Pillow.new("RGB", (1, 1), "white"))).shape == (3, 1, 1)


@pytest.mark.parametrize(
    ("shape", "want"),
    [
        ((5, 7), (1, 5, 7)),
        ((5, 7, 3), (3, 5, 7)),
        ((3, 5, 7), (3, 5, 7)),
        ((6, 9, 8), (6, 9, 8)),
        ((9, 8, 6), (6, 9, 8)),
        ((1, 1, 3), (3, 1, 1)),
        ((4, 8, 8), (4, 8, 8)),
        ((8, 8, 2), (2, 8, 8)),
    ],
)
def test_arrays_keep_their_channels_wherever_these_are(shape: tuple[int, ...], want: tuple[int, ...]):
    array = np.arange(np.prod(shape)).reshape(shape).astype(np.uint8)
    got = Image.read(array)
    assert got.shape == want
    assert got.flatten().sort().values.equal(torch.from_numpy(array).flatten().sort().values)
    assert torch.equal(Image.read(torch.from_numpy(array)), got)


def test_floats_from_0_to_1_truth_and_integers_are_scaled():
    assert Image.read(np.array([[0.0, 0.5, 1.0]])).flatten().tolist() == [0, 128, 255]
    assert Image.read(np.array([[True, False]])).flatten().tolist() == [255, 0]
    assert Image.read(np.array([[7, 255]], dtype=np.int64)).flatten().tolist() == [7, 255]


def test_an_array_file_is_read_and_its_pickle_is_not(tmp_path: Path):
    np.save(tmp_path / "x.npy", noise(c=6))
    assert Image.read(tmp_path / "x.npy").shape == (6, 12, 10)
    np.save(tmp_path / "y.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(BadSample, match="could run code"):
        Image.read(tmp_path / "y.npy")


def test_drawings_are_drawn_on_white(tmp_path: Path):
    pytest.importorskip("resvg_py")
    path = tmp_path / "x.svg"
    path.write_text(SVG)
    for raw in (path, SVG, SVG.encode(), b'<?xml version="1.0"?>' + SVG.encode()):
        got = Image.read(raw)
        assert got.shape == (3, SVG_PIXELS // 2, SVG_PIXELS)
        assert got[:, 5, 5].tolist() == [255, 0, 0]
        assert got[:, 5, -5].tolist() == [255, 255, 255]


@pytest.mark.parametrize("size", ['width="1e9" height="1e9"', 'viewBox="0 0 1 1000000"'])
def test_a_drawing_that_says_it_is_huge_is_drawn_small(size: str):
    pytest.importorskip("resvg_py")
    got = Image.read(f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect width="1" height="1"/></svg>')
    assert max(got.shape[1:]) == SVG_PIXELS


def test_a_drawing_without_the_package_that_draws_names_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingExtra, match=r"coview\[data\]"):
        Image.read(SVG)
