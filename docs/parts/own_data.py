"""What each modality reads of a user's own: files and memory, with the commands that read them."""

from __future__ import annotations

from dataclasses import dataclass

from parts.text import table


@dataclass(frozen=True)
class Own:
    """One way to give data.

    Args:
        what: it is.
        words: of the command line after `coview fit METHOD --data`.
    """

    what: str
    words: str

    def command(self, method: str = "simclr") -> str:
        """The whole command line."""
        return f"coview fit {method} --data {self.words}"


OWN: dict[str, tuple[Own, ...]] = {
    "image": (
        Own(
            "a folder of pictures (png, jpg, webp, gif, bmp, tif; svg with the extra `data`); sub-folders are labels",
            "pictures/",
        ),
        Own("two folders of pictures of the same things: natural views", "things/ --columns thing:image=front,back"),
        Own("a column of paths, or of encoded bytes", "photos.csv --columns photo:image=path"),
        Own("an array, `(N, H, W)` or `(N, H, W, C)`", "pictures.npy"),
    ),
    "text": (
        Own("a folder of texts (txt), a file a sample", "notes/"),
        Own("a column of a table, or two as natural views", "books.csv --columns book:text=title,subtitle"),
        Own("pictures with captions: files of one stem", "captioned/ --slots text"),
    ),
    "audio": (
        Own("a folder of recordings (wav, flac, ogg, mp3 and more); sub-folders are labels", "recordings/"),
        Own("a column of paths", "clips.csv --columns clip:audio=path"),
        Own("waveforms in an array `(N, S)`, at a rate that is told", "waves.npz --modality audio.rate=8000"),
    ),
    "video": (
        Own("a folder of videos (mp4, mov, avi, mkv, webm, gif), cut into clips", "videos/"),
        Own("cameras that ran together: natural views", "games/ --columns game:video=left,right"),
        Own("a column of paths", "films.csv --columns film:video=path"),
    ),
    "series": (
        Own(
            "a table in long form, a row for each time",
            "walks.csv --columns walk:series=x,y,z entity=recording time=seconds",
        ),
        Own(
            "a table of a series a row, its times the columns from one to another",
            "ecg.csv --columns ecg:series=t0..t19",
        ),
        Own("an array named `series`, `(samples, times, channels)`", "signals.npz"),
        Own("a folder of arrays, one a sample", "signals/ --columns walk:series=."),
    ),
    "events": (
        Own(
            "a table in long form, a row for each event",
            "visits.csv --columns visits:events=goods,price entity=customer",
        ),
    ),
    "table": (
        Own(
            "columns of a table (csv, parquet and more), a row a sample",
            "people.csv --columns person:table=age,income,home",
        ),
        Own("the same, everything that is no label", "people.csv --label risk"),
    ),
    "graph": (
        Own("a folder with tables of `nodes` and `edges`: a sample is a node", "network/"),
        Own("a folder of such folders: a sample is a graph", "networks/"),
        Own("a column of molecules as SMILES", "molecules.csv --columns molecule:graph=smiles"),
    ),
    "points": (
        Own("a folder of meshes (obj, ply, stl, off, glb)", "meshes/"),
        Own("a folder of clouds as arrays `(points, 3)`", "clouds/ --columns shape:points=."),
    ),
    "volume": (
        Own("a folder of NIfTI files (nii, nii.gz)", "scans/"),
        Own("a folder of arrays `(D, H, W)`", "voxels/ --columns scan:volume=."),
    ),
    "spectral": (
        Own("a folder of GeoTIFFs; large ones are cut into tiles", "rasters/"),
        Own(
            "an array named `spectral`, `(N, C, H, W)`, its wavelengths in nm told",
            "patches.npz --modality spectral.wavelengths=490,560,665,840",
        ),
    ),
}
"""Modality -> ways to give data; each command is run by a test on files made for it."""


def own_data(name: str) -> str:
    """A table of ways to give data of a modality; nothing where none are told."""
    return table(("given", "command"), [(own.what, f"`{own.command()}`") for own in OWN.get(name, ())])
