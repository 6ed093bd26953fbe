"""Which files of a folder are one sample, and which of its views: by their names alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

from coview.data.kinds import count, ending_of, modality_of_name, some, split_parts

_PAPERS = {"readme", "license", "licence", "copying", "notice", "authors", "credits", "changelog"}
_MOST_VIEWS = 64


@dataclass(frozen=True)
class Placed:
    """A file and where it belongs.

    Args:
        file: relative to the folder.
        sample: its sample's name.
        slot: the slot it fills.
        modality: that reads it.
        view: name of the natural view, or empty.
    """

    file: str
    sample: str
    slot: str
    modality: str
    view: str


def readable(files: list[str]) -> dict[str, str]:
    """Files that a modality reads, with its name; `README.txt` and its kin are none."""
    found = {file: modality for file in files if (modality := modality_of_name(file))}
    return {file: m for file, m in found.items() if m != "text" or PurePosixPath(file).stem.lower() not in _PAPERS}


def stem(file: str) -> str:
    """The path without the file's ending."""
    path = PurePosixPath(file)
    return str(path.with_name(path.name.removesuffix(ending_of(file))))


def group_by_stem(known: dict[str, str]) -> tuple[list[Placed], list[str]]:
    """Samples by folder and stem, views by what stands between dots; and what was understood."""
    understood: list[str] = []
    known = _paired(known, understood)
    key = {file: stem(file) for file in known}
    top, slots = _slot_folders(known, key)
    if slots:
        understood.append(f"sub-folders are slots: {', '.join(f'{d} is {m}' for d, m in slots.items())}")
        key = {file: _without_part(k, top) for file, k in key.items()}
    view = _dotted(known, key)
    if any(view.values()):
        names = sorted({v for v in view.values() if v})
        understood.append(f"natural views by the word before the ending: {some(names)}")
        key = {file: k.removesuffix(f".{view[file]}") if view[file] else k for file, k in key.items()}
    met = Counter((key[file], known[file], view[file]) for file in known)
    doubled = {m for (_, m, _), times in met.items() if times > 1}
    if doubled:
        understood.append(f"files of one name and different endings are natural views ({', '.join(sorted(doubled))})")
    placed = []
    for file, modality in known.items():
        suffix = [PurePosixPath(file).suffix[1:].lower()] if modality in doubled else []
        named = [view[file]] if view[file] else []
        placed.append(Placed(file, key[file], modality, modality, ".".join(named + suffix)))
    if not slots:
        understood += _same_stems(known, key)
    return placed, understood


def _paired(known: dict[str, str], understood: list[str]) -> dict[str, str]:
    """Without stray text files, where the folder holds pictures or sounds and no text belongs to one of them."""
    texts = [file for file, m in known.items() if m == "text"]
    if not texts or len(texts) == len(known):
        return known
    others = {PurePosixPath(file).name.partition(".")[0] for file, m in known.items() if m != "text"}
    if any(PurePosixPath(file).name.partition(".")[0] in others for file in texts):
        return known
    understood.append(f"text files that share no name with a picture or sound are left out: {some(texts)}")
    return {file: m for file, m in known.items() if m != "text"}


def _without_part(path: str, at: int) -> str:
    parts = path.split("/")
    return "/".join(parts[:at] + parts[at + 1 :])


def _depth_of_split(files: list[str]) -> int:
    """1 where the top folders are a split, else 0."""
    tops = [file.split("/", 1) for file in files]
    return int(all(len(t) > 1 for t in tops) and split_parts([t[0] for t in tops]) is not None)


def _slot_folders(known: dict[str, str], key: dict[str, str]) -> tuple[int, dict[str, str]]:
    """Sub-folders that are slots (name -> modality), and how deep they are; none where they are not."""
    at = _depth_of_split(list(known))
    found: dict[str, set[str]] = {}
    stems: dict[str, set[str]] = {}
    for file, modality in known.items():
        parts = file.split("/")
        if len(parts) < at + 2:
            return at, {}
        found.setdefault(parts[at], set()).add(modality)
        stems.setdefault(parts[at], set()).add(_without_part(key[file], at))
    modalities = [m for ms in found.values() for m in ms]
    distinct = len(modalities) == len(set(modalities)) == len(found) > 1
    sets = list(stems.values())
    shared = distinct and all(2 * len(sets[0] & other) >= min(len(sets[0]), len(other)) for other in sets[1:])
    return at, {d: next(iter(ms)) for d, ms in found.items()} if shared else {}


def _dotted(known: dict[str, str], key: dict[str, str]) -> dict[str, str]:
    """File -> its view's name: the last dotted part of its stem, where such parts do name views."""
    parts = {file: PurePosixPath(k).name.partition(".") for file, k in key.items()}
    dotted = {file: rest for file, (base, _, rest) in parts.items() if base and rest}
    none = dict.fromkeys(known, "")
    words = set(dotted.values())
    if not words or len(words) > _MOST_VIEWS or any(w[0].isdigit() for w in words):
        return none
    base = {file: k.removesuffix(f".{dotted[file]}") if file in dotted else k for file, k in key.items()}
    sharing = Counter(base.values())
    if not any(sharing[base[file]] > 1 for file in dotted):
        return none
    return none | dotted


def _same_stems(known: dict[str, str], key: dict[str, str]) -> list[str]:
    """A hint where sub-folders hold the same names in one modality, and could be views."""
    stems: dict[str, set[str]] = {}
    for file in known:
        folder, slash, _ = file.partition("/")
        if slash:
            stems.setdefault(folder, set()).add(key[file].partition("/")[2])
    sets = list(stems.values())
    if len(sets) < 2 or len(sets[0]) < 2 or any(s != sets[0] for s in sets) or split_parts(list(stems)) is not None:
        return []
    modality = next(iter(known.values()))
    example = f"{modality}={','.join(list(stems)[:2])}"
    return [
        f"sub-folders {some(list(stems))} hold the same {count(len(sets[0]), 'name')} and are taken as labels; "
        f"if they are views of the same things, say --columns {example}"
    ]
