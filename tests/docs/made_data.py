"""What the commands of the modalities' pages read, made small: a maker for each name that follows `--data`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.data.made_files import picture, pixels, sound, text, wave
from tests.modalities.made_videos import brightening, write_video

N = 24


def pictures(root: Path) -> None:
    for i in range(N):
        picture(root / "pictures" / ("cats" if i % 2 else "dogs") / f"{i}.png", i)


def things(root: Path) -> None:
    for i in range(N):
        picture(root / "things/front" / f"{i}.png", i)
        picture(root / "things/back" / f"{i}.png", i + 100)


def photos(root: Path) -> None:
    pictures(root)
    lines = [f"pictures/{'cats' if i % 2 else 'dogs'}/{i}.png" for i in range(N)]
    (root / "photos.csv").write_text("\n".join(["path", *lines]))


def picture_array(root: Path) -> None:
    np.save(root / "pictures.npy", np.stack([pixels(i) for i in range(N)]))


def notes(root: Path) -> None:
    for i in range(N):
        text(root / "notes" / f"{i}.txt", f"a few words of note {i}")


def books(root: Path) -> None:
    lines = [f"the book {i} of words,and its subtitle {i}" for i in range(N)]
    (root / "books.csv").write_text("\n".join(["title,subtitle", *lines]))


def captioned(root: Path) -> None:
    for i in range(N):
        picture(root / "captioned" / f"{i}.png", i)
        text(root / "captioned" / f"{i}.txt", f"a picture of {i} things")


def recordings(root: Path) -> None:
    for i in range(N):
        sound(root / "recordings" / f"{i}.wav", i)


def clips(root: Path) -> None:
    recordings(root)
    (root / "clips.csv").write_text("\n".join(["path", *(f"recordings/{i}.wav" for i in range(N))]))


def waves(root: Path) -> None:
    np.savez(root / "waves.npz", audio=np.stack([wave(i) for i in range(N)]))


def _film(path: Path, i: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_video(path, brightening(20, 32, 32, step=3 + i % 5))


def videos(root: Path) -> None:
    for i in range(N):
        _film(root / "videos" / f"{i}.mp4", i)


def games(root: Path) -> None:
    for i in range(N):
        _film(root / "games/left" / f"{i}.mp4", i)
        _film(root / "games/right" / f"{i}.mp4", i)


def films(root: Path) -> None:
    videos(root)
    (root / "films.csv").write_text("\n".join(["path", *(f"videos/{i}.mp4" for i in range(N))]))


def walks(root: Path) -> None:
    rng = np.random.default_rng(0)
    lines = [
        f"r{i},{t / 10},{','.join(f'{value:.3f}' for value in rng.normal(size=3))}" for i in range(N) for t in range(20)
    ]
    (root / "walks.csv").write_text("\n".join(["recording,seconds,x,y,z", *lines]))


def signal_array(root: Path) -> None:
    np.savez(root / "signals.npz", series=np.random.default_rng(0).normal(size=(N, 20, 3)))


def wide(root: Path) -> None:
    rng = np.random.default_rng(0)
    lines = [",".join([f"{value:.3f}" for value in rng.normal(size=20)] + ["xy"[i % 2]]) for i in range(N)]
    (root / "ecg.csv").write_text("\n".join([",".join([*(f"t{t}" for t in range(20)), "rhythm"]), *lines]))


def signals(root: Path) -> None:
    (root / "signals").mkdir()
    for i in range(N):
        np.save(root / "signals" / f"{i}.npy", np.random.default_rng(i).normal(size=(20 + i, 3)))


def visits(root: Path) -> None:
    rng = np.random.default_rng(0)
    lines = [f"c{i},{t},{rng.choice(['tea', 'milk'])},{rng.random():.2f}" for i in range(N) for t in range(1 + i % 5)]
    (root / "visits.csv").write_text("\n".join(["customer,time,goods,price", *lines]))


def people(root: Path) -> None:
    lines = [f"{20 + i * 7 % 50},{100 * i},{'own' if i % 2 else 'rent'},{'high' if i % 3 else 'low'}" for i in range(N)]
    (root / "people.csv").write_text("\n".join(["age,income,home,risk", *lines]))


def _network(folder: Path, nodes: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    rows = [f"{i},{rng.normal():.3f},{rng.normal():.3f}" for i in range(nodes)]
    (folder / "nodes.csv").write_text("\n".join(["id,a,b", *rows]))
    ends = [f"{i},{(i + 1 + rng.integers(3)) % nodes}" for i in range(nodes)]
    (folder / "edges.csv").write_text("\n".join(["source,target", *ends]))


def network(root: Path) -> None:
    _network(root / "network", 40, 0)


def networks(root: Path) -> None:
    for i in range(N):
        _network(root / "networks" / f"g{i}", 6 + i % 4, i)


def molecules(root: Path) -> None:
    lines = ["C" * (1 + i // 2) + ("O" if i % 2 else "N") for i in range(N)]
    (root / "molecules.csv").write_text("\n".join(["smiles", *lines]))


def meshes(root: Path) -> None:
    (root / "meshes").mkdir()
    for i in range(N):
        corners = [f"v {x} {y} {z * (1 + i)}" for x, y, z in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))]
        (root / "meshes" / f"{i}.obj").write_text("\n".join([*corners, "f 1 2 3", "f 1 2 4", "f 1 3 4", "f 2 3 4"]))


def clouds(root: Path) -> None:
    (root / "clouds").mkdir()
    for i in range(N):
        np.save(root / "clouds" / f"{i}.npy", np.random.default_rng(i).normal(size=(200, 3)))


def _voxels(i: int) -> np.ndarray:
    return np.random.default_rng(i).normal(size=(8, 8, 8)).astype(np.float32)


def scans(root: Path) -> None:
    import nibabel

    (root / "scans").mkdir()
    for i in range(N):
        nibabel.save(nibabel.Nifti1Image(_voxels(i), np.eye(4)), root / "scans" / f"{i}.nii.gz")


def voxels(root: Path) -> None:
    (root / "voxels").mkdir()
    for i in range(N):
        np.save(root / "voxels" / f"{i}.npy", _voxels(i))


def rasters(root: Path) -> None:
    import rasterio

    (root / "rasters").mkdir()
    place = rasterio.transform.from_origin(0, 0, 10, 10)
    how = {"driver": "GTiff", "width": 16, "height": 16, "count": 4, "dtype": "float32", "crs": "EPSG:32633"}
    for i in range(N):
        with rasterio.open(root / "rasters" / f"{i}.tif", "w", transform=place, **how) as file:
            file.write(np.random.default_rng(i).normal(size=(4, 16, 16)).astype(np.float32))


def patches(root: Path) -> None:
    np.savez(root / "patches.npz", spectral=np.random.default_rng(0).normal(size=(N, 4, 16, 16)).astype(np.float32))


MAKERS: dict[str, Callable[[Path], None]] = {
    "pictures/": pictures,
    "things/": things,
    "photos.csv": photos,
    "pictures.npy": picture_array,
    "notes/": notes,
    "books.csv": books,
    "captioned/": captioned,
    "recordings/": recordings,
    "clips.csv": clips,
    "waves.npz": waves,
    "videos/": videos,
    "games/": games,
    "films.csv": films,
    "walks.csv": walks,
    "ecg.csv": wide,
    "signals.npz": signal_array,
    "signals/": signals,
    "visits.csv": visits,
    "people.csv": people,
    "network/": network,
    "networks/": networks,
    "molecules.csv": molecules,
    "meshes/": meshes,
    "clouds/": clouds,
    "scans/": scans,
    "voxels/": voxels,
    "rasters/": rasters,
    "patches.npz": patches,
}
