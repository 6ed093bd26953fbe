from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from coview.modalities.base import BadSample
from coview.modalities.points.read import LEAST, MOST, read_points

trimesh = pytest.importorskip("trimesh")


def tent() -> tuple[np.ndarray, np.ndarray]:
    """Two triangles, one with three times the area of the other, at z = 0 and z = 1."""
    vertices = np.array([[0, 0, 0], [3, 0, 0], [0, 2, 0], [0, 0, 1], [1, 0, 1], [0, 2, 1]], float)
    return vertices, np.array([[0, 1, 2], [3, 4, 5]])


def test_points_lie_on_the_surface_and_by_area() -> None:
    points = read_points(tent())
    assert points.shape == (MOST, 3)
    low = points[:, 2] == 0
    assert np.isin(points[:, 2], (0, 1)).all()
    assert (points[low, 0] / 3 + points[low, 1] / 2 <= 1 + 1e-6).all()
    assert abs(low.mean() - 0.75) < 0.03


@pytest.mark.parametrize("ending", ["obj", "ply", "stl", "off", "glb"])
def test_every_format_holds_the_same_shape(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"tent.{ending}"
    trimesh.Trimesh(*tent(), process=False).export(path)
    for raw in (path, path.read_bytes()):
        points = read_points(raw)
        assert abs((points[:, 2] < 0.5).mean() - 0.75) < 0.03
        np.testing.assert_allclose([points.min(0), points.max(0)], [[0, 0, 0], [3, 2, 1]], atol=0.1)


def test_a_mesh_is_the_same_points_every_time(tmp_path: Path) -> None:
    path = tmp_path / "ball.off"
    trimesh.creation.icosphere().export(path)
    assert np.array_equal(read_points(path), read_points(path))


def test_all_parts_of_a_scene_are_read_where_they_stand(tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere()
    scene = trimesh.Scene()
    scene.add_geometry(ball)
    scene.add_geometry(ball, transform=trimesh.transformations.translation_matrix([5, 0, 0]))
    scene.export(tmp_path / "two.glb")
    points = read_points(tmp_path / "two.glb")
    assert abs((points[:, 0] > 2.5).mean() - 0.5) < 0.03


def test_a_ply_without_faces_and_arrays_are_clouds(tmp_path: Path) -> None:
    cloud = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
    trimesh.PointCloud(cloud).export(tmp_path / "a.ply")
    np.save(tmp_path / "a.npy", np.c_[cloud, np.ones((50, 3))])
    np.savez(tmp_path / "a.npz", points=cloud, labels=np.arange(50))
    want = cloud[np.lexsort(cloud.T)]
    for raw in (tmp_path / "a.ply", tmp_path / "a.npy", tmp_path / "a.npz", cloud, cloud.tolist()):
        got = read_points(raw)
        np.testing.assert_allclose(got[np.lexsort(got.T)], want, rtol=1e-6)


def test_points_met_twice_count_once() -> None:
    cloud = np.random.default_rng(0).normal(size=(20, 3))
    assert len(read_points(np.repeat(cloud, 3, 0))) == 20


def test_large_clouds_are_thinned_alike_everywhere() -> None:
    cloud = np.random.default_rng(0).uniform(size=(3 * MOST, 3))
    points = read_points(cloud[np.argsort(cloud[:, 0])])
    assert len(points) == MOST
    assert abs((points[:, 0] < 0.3).mean() - 0.3) < 0.03


def ball(**changed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mesh = trimesh.creation.icosphere(subdivisions=1)
    return changed.get("vertices", mesh.vertices), changed.get("faces", mesh.faces)


BAD = {
    "one point": (np.zeros((1, 3)), "has 1 point; at least 8"),
    "one place": (np.ones((100, 3)), "1 point, each met several times"),
    "NaN": (np.r_[np.full((2, 3), np.nan), np.eye(3)], "NaN or infinite in 2 of 5 points"),
    "two columns": (np.zeros((9, 2)), r"array \(9, 2\), not points"),
    "flat list": (np.zeros(9), r"array \(9,\), not points"),
    "words": (["a"], "not points"),
    "no faces": (ball(faces=np.zeros((0, 3), int)), "has no faces"),
    "flat faces": (ball(vertices=np.outer(np.arange(42.0), np.ones(3))), "all its faces are degenerate"),
    "NaN vertex": (ball(vertices=np.full((42, 3), np.nan)), "vertices whose coordinates are NaN"),
    "no such vertex": (ball(faces=np.array([[0, 1, 99]])), "faces of vertex 99 where there are 42"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_has_no_shape_is_named(what: str) -> None:
    raw, told = BAD[what]
    with pytest.raises(BadSample, match=told):
        read_points(raw)


def test_some_degenerate_faces_take_no_points() -> None:
    vertices, faces = tent()
    more = np.r_[faces, [[0, 0, 1], [3, 3, 3]]]
    points = read_points((vertices, more))
    assert not (points == vertices[3]).all(1).any()


@pytest.mark.parametrize("content", [b"", b"v 1 2\nf 1 2 3\n", b"glTF broken", b"ply\nformat ascii 1.0\nelement"])
def test_broken_files_are_named(content: bytes, tmp_path: Path) -> None:
    for ending in ("obj", "glb", "ply", "stl", "off"):
        path = tmp_path / f"broken.{ending}"
        path.write_bytes(content)
        with pytest.raises(BadSample):
            read_points(path)


def test_fewest_points_are_enough() -> None:
    assert len(read_points(np.arange(3.0 * LEAST).reshape(-1, 3))) == LEAST


MAP = np.array([4.5e5, 5.2e6, 310.0])
"""Where a place lies in coordinates of UTM, in metres."""


def test_clouds_and_meshes_in_coordinates_of_a_map_keep_their_shape(tmp_path: Path) -> None:
    cloud = np.random.default_rng(0).normal(size=(50, 3))
    points = read_points(cloud + MAP)
    assert points.dtype == np.float32
    got, want = (np.sort(p - (p.min(0) + p.max(0)) / 2, axis=0) for p in (points, cloud))
    np.testing.assert_allclose(got, want, atol=1e-6)
    (tmp_path / "ball.obj").write_text(
        trimesh.Trimesh(*ball(), process=False).apply_translation(MAP).export(file_type="obj", digits=8)
    )
    for raw in ((ball()[0] + MAP, ball()[1]), tmp_path / "ball.obj"):
        radii = np.linalg.norm(read_points(raw), axis=1)
        assert 0.9 < radii.min() < radii.max() < 1.01


def ball() -> tuple[np.ndarray, np.ndarray]:
    mesh = trimesh.creation.icosphere()
    return np.asarray(mesh.vertices), np.asarray(mesh.faces)


@pytest.mark.parametrize("offset", [0.0, 3.0, 100.0])
def test_clouds_near_the_origin_are_kept_as_they_stand(offset: float) -> None:
    cloud = np.random.default_rng(0).normal(size=(50, 3)) + offset
    points = read_points(cloud)
    assert {tuple(p) for p in points} == {tuple(p) for p in cloud.astype(np.float32)}


PLY = "ply\nformat ascii 1.0\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PLY + "element vertex 9\nproperty float x\nend_header\n" + "1\n" * 9, "its vertices have no property 'y'"),
        (PLY + "element vertex 9\nproperty flot x\nend_header\n" + "1\n" * 9, "it names 'flot' where"),
        (PLY + "element vertex 9\n", "it ends too soon"),
    ],
)
def test_what_a_ply_lacks_is_told_in_words(content: str, told: str) -> None:
    with pytest.raises(BadSample, match=f"cannot be read as a ply mesh: {told}"):
        read_points(content.encode())
