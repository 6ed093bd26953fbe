"""A folder of images, audio, text, meshes and scans as samples.

- Files with one stem in one folder are one sample: `cat.png cat.wav cat.txt` fill the slots image, audio and text.
- What stands between two dots names a natural view: `cat.front.png cat.back.png` are two views of one image slot.
  Numbers do not (`shot.001.png` is a sample of its own), nor does `_1`: `img_1.png img_2.png` are two samples.
- Sub-folders are labels for evaluation: `cats/1.png dogs/1.png` are two samples, label `folder`.
- `images/1.png captions/1.txt`: sub-folders of one modality each, all different, that share their files' stems, are
  slots. Sub-folders of the same modality become views only when named: `columns={"drawing:image": "front,back"}`.
- A video is cut into clips, each a sample (`data.clips`). GIFs are videos beside videos, and where they move and the
  folder holds no other picture.
- What `.npy` and `.npz` files hold is for the user to say: `columns={"shape:points": "."}`, one file a sample.
- Top folders `train`, `valid` (`val`, `dev`) and `test` are the data set's own split.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath

import numpy as np

from coview.data.files.gifs import moving_gifs
from coview.data.files.listing import Listing, list_files, printable
from coview.data.files.rasters import rasters, tiffs
from coview.data.files.stems import Placed, group_by_stem, readable, stem
from coview.data.kinds import ENDINGS, count, some, split_parts
from coview.data.mapping import Wanted, missing
from coview.data.source import Column, Source
from coview.errors import UserError

_PLAIN_VIEW = "main"
_ARRAY = ""
"""What is read as whatever the user says."""


def open_folder(root: Path, *, columns: list[Wanted] | None = None) -> Source:
    """The samples of a folder (see the module's rules).

    Args:
        root: the folder.
        columns: slots by sub-folder, each sub-folder one natural view (`.` is the folder itself).

    Raises:
        UserError: nothing that a modality reads is there, or a sub-folder named is not.
    """
    listing = list_files(root)
    known = readable(listing.files)
    known |= dict.fromkeys(moving_gifs(root, known), "video")
    known |= dict.fromkeys(rasters(root, list(known)), "spectral")
    if columns:
        if any(w.modality == "spectral" for w in columns):
            known |= dict.fromkeys(tiffs(listing.files), "spectral")
        known |= {file: _ARRAY for file in listing.files if file.lower().endswith((".npy", ".npz"))}
        placed, understood = _by_sub_folder(root, known, columns), []
    else:
        placed, understood = group_by_stem(known)
    if not placed:
        raise UserError(_nothing(root, listing))
    understood += _left_out(listing, {p.file for p in placed})
    return _assemble(root.name or str(root), listing, placed, columns, understood)


def _by_sub_folder(root: Path, known: dict[str, str], columns: list[Wanted]) -> list[Placed]:
    """Samples by path below the sub-folders that the user named."""
    folders = sorted({str(p) for file in known for p in PurePosixPath(file).parents} - {"."})
    placed: list[Placed] = []
    for wanted in columns:
        inside = {folder: _inside(known, folder) for folder in wanted.columns}
        for folder, files in inside.items():
            if not files:
                raise missing(str(root), folder, f"slot {wanted.slot!r}", "sub-folder with files", folders)
        met = Counter(known[file] for files in inside.values() for file in files)
        modality = wanted.modality or max(met, key=lambda kind: (kind != _ARRAY, met[kind]))
        if modality == _ARRAY:
            said = f"--columns {wanted.slot}:series={','.join(wanted.columns)}"
            raise UserError(f"slot {wanted.slot!r}: say what its arrays are, as in {said}")
        if modality not in met and _ARRAY not in met:
            raise UserError(f"slot {wanted.slot!r}: {' and '.join(wanted.columns)} of {root} hold no {modality} files")
        for folder, files in inside.items():
            view = folder if len(inside) > 1 else ""
            at = f"{folder}/"
            mine = [file for file in files if known[file] in (modality, _ARRAY)]
            placed += [Placed(file, stem(file.removeprefix(at)), wanted.slot, modality, view) for file in mine]
    return placed


def _inside(known: dict[str, str], folder: str) -> list[str]:
    return [file for file in known if folder == "." or file.startswith(f"{folder}/")]


def _left_out(listing: Listing, taken: set[str]) -> list[str]:
    lines = []
    other = [file for file in listing.files if file not in taken]
    if other:
        endings = Counter(PurePosixPath(file).suffix or "no ending" for file in other)
        kinds = ", ".join(f"{n:,} {ending}" for ending, n in endings.most_common(5))
        lines.append(f"{count(len(other), 'file')} left out ({kinds}): {some(other, 3)}")
    if listing.hidden:
        lines.append(f"{count(len(listing.hidden), 'hidden file')} left out: {some(listing.hidden, 3)}")
    return [printable(line) for line in lines]


def _nothing(root: Path, listing: Listing) -> str:
    endings = ", ".join(f"{m} ({' '.join(sorted(e)[:4])} ...)" for m, e in ENDINGS.items())
    if listing.skipped:
        first, reason = listing.skipped[0]
        return f"{root} holds no file that can be read ({printable(first)}: {reason}); files of {endings} are"
    if not listing.files:
        return f"{root} is empty; put files of {endings} there"
    arrays = any(file.lower().endswith((".npy", ".npz")) for file in listing.files)
    hint = "; say what its arrays are, as in --columns shape:points=." if arrays else ""
    return f"{root} holds {count(len(listing.files), 'file')} and none of {endings}: {some(listing.files, 3)}{hint}"


def _assemble(
    name: str,
    listing: Listing,
    placed: list[Placed],
    columns: list[Wanted] | None,
    understood: list[str],
) -> Source:
    samples = sorted({p.sample for p in placed})
    row = {sample: i for i, sample in enumerate(samples)}
    modality_of = {p.slot: p.modality for p in placed}
    skipped = list(listing.skipped)
    order = [w.slot for w in columns] if columns else sorted(modality_of, key=lambda m: [*ENDINGS, m].index(m))
    built: dict[str, Column] = {}
    for slot in order:
        mine = [p for p in placed if p.slot == slot]
        told = next((w.columns for w in columns or () if w.slot == slot and len(w.columns) > 1), None)
        views = list(told or sorted({p.view for p in mine}))
        at = {view: v for v, view in enumerate(views)}
        items: list[list[Path | None]] = [[None] * len(views) for _ in samples]
        for p in mine:
            sample, v = items[row[p.sample]], at[p.view]
            if sample[v] is None:
                sample[v] = listing.root / p.file
            else:
                skipped.append((p.file, f"{sample[v]} is read for the same sample and view"))
        names = tuple(printable(v or _PLAIN_VIEW) for v in views) if len(views) > 1 else ()
        built[slot] = Column(modality_of[slot], items, names)
    split = split_parts([s.split("/", 1)[0] if "/" in s else "" for s in samples])
    parents = [str(PurePosixPath(s.split("/", 1)[1] if split else s).parent) for s in samples]
    labels = [printable(p) if p != "." else None for p in parents]
    several = len(set(labels)) > 1
    if split:
        understood.append(f"top folders are the split: {', '.join(f'{n:,} {p}' for p, n in Counter(split).items())}")
    if several:
        understood.append(f"sub-folders are the label 'folder' ({count(len(set(labels) - {None}), 'kind')})")
    return Source(
        name,
        built,
        [printable(s) for s in samples],
        labels={"folder": np.array(labels, dtype=object)} if several else {},
        skipped=[(printable(n), printable(reason)) for n, reason in skipped],
        split=split,
        understood=understood,
    )
