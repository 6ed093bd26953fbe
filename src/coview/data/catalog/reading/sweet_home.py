"""Sweet Home 3D's catalogs of furniture: zip archives of models, icons and their names in many languages."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from coview.data.catalog.reading.splats import Surface

_LINE = re.compile(r"([A-Za-z]+)#(\d+)\s*=\s*(.*)")
_LOCALE = re.compile(r"Catalog(?:_(\w+))?\.properties")


@dataclass(frozen=True)
class Piece:
    """One piece of furniture.

    Args:
        name: unique, the maker's.
        archive: that holds its files.
        model, icon: members of it.
        rotation: that the model is turned by, row by row, or None.
        told: what the archive says of it in English: name, tags, category, width, depth and height in cm.
        names: by locale.
    """

    name: str
    archive: Path
    model: str
    icon: str
    rotation: tuple[float, ...] | None
    told: dict[str, str]
    names: dict[str, str]


def pieces(archive: Path) -> list[Piece]:
    """What a `.sh3f` archive holds, in its own order."""
    said: dict[str, dict[int, dict[str, str]]] = {}
    with zipfile.ZipFile(archive) as opened:
        for member in opened.namelist():
            if match := _LOCALE.search(member):
                said[match[1] or "en"] = _properties(opened.read(member))
    found = []
    for number, told in said["en"].items():
        if "model" not in told:
            continue
        turned = told.get("modelRotation")
        named = {locale: there[number] for locale, there in said.items() if number in there}
        found.append(
            Piece(
                told["id"].replace("#", "/"),
                archive,
                told["model"].lstrip("/"),
                told["icon"].lstrip("/"),
                tuple(float(x) for x in turned.split()) if turned else None,
                told,
                {locale: words["name"] for locale, words in named.items() if words.get("name")},
            )
        )
    return found


def _properties(content: bytes) -> dict[int, dict[str, str]]:
    """Java's properties by the number after `#`: Latin-1, other letters as escapes."""
    found: dict[int, dict[str, str]] = {}
    for line in content.decode("latin-1").splitlines():
        if match := _LINE.fullmatch(line.strip()):
            value = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), match[3])
            found.setdefault(int(match[2]), {})[match[1]] = value.replace("\\", "").strip()
    return found


def surface(piece: Piece, opened: zipfile.ZipFile, count: int) -> Surface:
    """Points on a piece, alike over its area, z up, coloured by its materials (the mean colour of pictures on it)."""
    import numpy as np
    import trimesh
    from trimesh.resolvers import ZipResolver
    from trimesh.sample import sample_surface

    from coview.data.catalog.reading.splats import Surface

    room = str(PurePosixPath(piece.model).parent) + "/"
    beside = {n[len(room) :]: io.BytesIO(opened.read(n)) for n in opened.namelist() if n.startswith(room) and n != room}
    model = beside[PurePosixPath(piece.model).name]
    scene = trimesh.load_scene(model, file_type="obj", resolver=ZipResolver(archive=beside), process=False)
    parts: list[Any] = [part for part in scene.dump() if len(getattr(part, "faces", ()))]
    whole: Any = trimesh.util.concatenate([trimesh.Trimesh(p.vertices, p.faces, process=False) for p in parts])
    colours = np.concatenate([np.tile(_colour(p), (len(p.faces), 1)) for p in parts])
    points, faces = sample_surface(whole, count, seed=0)[:2]
    points, normals = np.asarray(points), np.asarray(whole.face_normals)[faces]
    if piece.rotation is not None:
        turn = np.array(piece.rotation).reshape(3, 3)
        points, normals = points @ turn.T, normals @ turn.T
    upright = np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]])  # y is up in OBJ
    return Surface(points @ upright.T, normals @ upright.T, colours[faces])


def _colour(part: Any) -> np.ndarray:
    """The one colour of a mesh of one material, from 0 to 1."""
    import numpy as np

    material = getattr(part.visual, "material", None)
    picture = getattr(material, "image", None)
    if picture is not None:
        return np.asarray(picture.convert("RGB").resize((8, 8))).reshape(-1, 3).mean(0) / 255
    colour = getattr(material, "main_color", None)
    return np.full(3, 0.6) if colour is None else np.asarray(colour[:3]) / 255
