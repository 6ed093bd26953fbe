"""Meshes and clouds in any form as points in random order."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from coview.errors import MissingExtra
from coview.modalities.base import BadSample
from coview.modalities.npy import load_npy

MOST = 4096
"""Points that are kept of a cloud, and drawn from a mesh."""

LEAST = 8
"""Different points of the smallest cloud: fewer have no shape."""

MESHES = ("obj", "ply", "stl", "off", "glb")

FAR = 64
"""Boxes from the origin at which a cloud is moved there: from here on float32 tells less than 2^-17 of a box."""

_SEED = 0


def read_points(raw: Any) -> np.ndarray:
    """A mesh or cloud as `(M, 3)` float32 in random order, M at most 4,096.

    Meshes are read by trimesh, all their parts together, and 4,096 points are drawn from the surface, each part of it
    by its area, the same ones every time; so that a slot of two readings of one file is one cloud. Of clouds points met
    twice count once, and columns after the first three (normals, colours) are left out. What lies far off, as in the
    coordinates of a map, is moved to the origin: float32 would round its shape away.

    Args:
        raw: a path (obj, ply, stl, off, glb, npy, npz), the bytes of such a mesh, an array `(M, 3 or more)`, a mesh as
            `(vertices (N, 3), faces (F, 3))` or as trimesh has it.

    Raises:
        BadSample: it cannot be read, has coordinates that are not finite, no surface, or fewer than 8 points.
        MissingExtra: trimesh is not installed.
    """
    match raw:
        case Path() | str():
            path = Path(raw)
            ending = path.suffix.lower().removeprefix(".")
            points = _array_file(path) if ending in ("npy", "npz") else _mesh_file(path.read_bytes(), ending, path)
        case bytes() | bytearray() | memoryview():
            content = bytes(raw)
            points = _mesh_file(content, _ending_of(content), None)
        case (vertices, faces) if np.ndim(vertices) == 2 and np.ndim(faces) == 2:
            points = _surface(_of_faces(vertices, faces))
        case _ if hasattr(raw, "faces") and hasattr(raw, "vertices"):
            points = _surface(_of_faces(raw.vertices, raw.faces))
        case _:
            points = raw
    return _cloud(points)


def _cloud(raw: Any) -> np.ndarray:
    array = raw.detach().cpu().numpy() if isinstance(raw, Tensor) else raw
    if isinstance(array, list):
        array = np.asarray(array)
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        raise BadSample(f"is {type(raw).__name__}, not points (a mesh, or an array (points, 3))")
    if array.ndim != 2 or array.shape[1] < 3:
        raise BadSample(f"is an array {array.shape}, not points (points, 3)")
    points = _near(array[:, :3])
    bad = ~np.isfinite(points).all(1)
    if bad.any():
        raise BadSample(f"has coordinates that are NaN or infinite in {bad.sum():,} of {len(points):,} points")
    distinct = np.unique(points, axis=0)
    if len(distinct) < LEAST:
        some = f"{len(distinct)} point{'' if len(distinct) == 1 else 's'}"
        told = some if len(distinct) == len(points) else f"{some}, each met several times"
        raise BadSample(f"has {told}; at least {LEAST} different ones make a shape")
    order = np.random.default_rng(_SEED).permutation(len(distinct))[:MOST]
    return distinct[order]


def _near(points: np.ndarray) -> np.ndarray:
    """Points as float32; those of a box that lies far off, about its middle."""
    if points.size and points.dtype.itemsize > 4:
        exact = points.astype(np.float64)
        low, high = exact.min(0), exact.max(0)
        middle = low / 2 + high / 2
        if np.isfinite(middle).all() and np.abs(middle).max() >= FAR * (high - low).max():
            points = exact - middle
    return points.astype(np.float32)


def _surface(mesh: Any) -> np.ndarray:
    """Points of a triangle mesh, alike over its area."""
    from trimesh.sample import sample_surface

    vertices, faces = np.asarray(mesh.vertices), np.asarray(mesh.faces)
    if not len(faces):
        raise BadSample(
            "has no faces, and points alone are read from ply, npy and npz" if len(vertices) else "is empty"
        )
    if not np.isfinite(vertices[np.unique(faces)]).all():
        raise BadSample("has vertices whose coordinates are NaN or infinite")
    if not float(mesh.area) > 0:
        raise BadSample("has no surface: all its faces are degenerate")
    return np.asarray(sample_surface(mesh, MOST, seed=_SEED)[0])


def _of_faces(vertices: Any, faces: Any) -> Any:
    trimesh = _trimesh()
    vertices, faces = np.asarray(vertices), np.asarray(faces)
    if vertices.shape[1] != 3 or faces.shape[1] != 3 or faces.dtype.kind not in "iu":
        raise BadSample(f"has vertices {vertices.shape} and faces {faces.shape}, not (N, 3) and integers (F, 3)")
    if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
        raise BadSample(f"has faces of vertex {int(faces.max())} where there are {len(vertices)}")
    return trimesh.Trimesh(vertices, faces, process=False)


def _mesh_file(content: bytes, ending: str, path: Path | None) -> np.ndarray:
    trimesh = _trimesh()
    if ending not in MESHES:
        raise BadSample(f"is no mesh that is read: {', '.join(MESHES)} are")
    try:
        # without a resolver nothing beside the file is opened: materials and textures say nothing of the shape
        scene = trimesh.load_scene(io.BytesIO(content), file_type=ending, process=False)
        parts = [part for part in scene.dump() if len(getattr(part, "vertices", ()))]
    except Exception as error:  # loaders raise anything on broken input
        raise BadSample(f"cannot be read as a {ending} mesh: {_why(error)}") from error
    if not parts:
        raise BadSample("is empty")
    meshes = [part for part in parts if hasattr(part, "faces") and len(part.faces)]
    if meshes:
        return _surface(trimesh.util.concatenate([trimesh.Trimesh(m.vertices, m.faces, process=False) for m in meshes]))
    return np.concatenate([np.asarray(part.vertices) for part in parts])


def _why(error: Exception) -> str:
    """What trimesh met, in words where all it says is a key or a place in a list."""
    said = (str(error).strip().splitlines() or [type(error).__name__])[0][:100]
    if isinstance(error, KeyError):
        axis = said in ("'x'", "'y'", "'z'")
        return f"its vertices have no property {said}" if axis else f"it names {said} where that has no meaning"
    if isinstance(error, IndexError):
        return "it ends too soon, or refers to what is not there"
    return said


def _ending_of(content: bytes) -> str:
    """The kind of a mesh by its first bytes."""
    start = content[:256].lstrip()
    for magic, ending in ((b"glTF", "glb"), (b"ply", "ply"), (b"OFF", "off"), (b"solid", "stl")):
        if start.startswith(magic):
            return ending
    if len(content) >= 84 and len(content) == 84 + 50 * int.from_bytes(content[80:84], "little"):
        return "stl"  # binary: a header of 80 bytes, the number of triangles, 50 bytes each
    return "obj" if any(line[:2] in (b"v ", b"# ", b"o ", b"g ") for line in start.splitlines()) else "?"


def _array_file(path: Path) -> np.ndarray:
    held = load_npy(path)
    if isinstance(held, np.ndarray):
        return held
    with held:
        if len(held.files) != 1 and "points" not in held.files:
            raise BadSample(f"has arrays {', '.join(held.files)}, and none is called 'points'")
        return held["points" if "points" in held.files else held.files[0]]


def _trimesh() -> Any:
    try:
        import trimesh
    except ModuleNotFoundError:
        raise MissingExtra("trimesh", "points") from None
    return trimesh
