"""Where the members of tar shards lie, by sample and field."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coview.data.items import Items
from coview.data.kinds import count
from coview.errors import UserError


@dataclass(frozen=True)
class Member:
    """Where a member's bytes lie."""

    shard: Path
    offset: int
    size: int

    def read(self) -> bytes:
        """Its bytes."""
        with self.shard.open("rb") as file:
            file.seek(self.offset)
            return file.read(self.size)


@dataclass
class Index:
    """Members by sample and field (`front.jpg`)."""

    samples: dict[str, dict[str, Member]] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)


class Members(Items):
    """The items of a slot: bytes read from the shards when asked for."""

    def __init__(self, at: list[list[Member | None]]) -> None:
        self.at = at

    def __len__(self) -> int:
        return len(self.at)

    def of(self, row: int) -> Sequence[Any | None]:
        return [None if member is None else member.read() for member in self.at[row]]

    def origins(self, row: int) -> Sequence[Any | None]:
        return self.at[row]


def index_shard(shard: Path, index: Index) -> None:
    """Adds a shard's members to the index; a shard that ends early gives what it has.

    A key that another shard has had is told apart by the shard's name before it, as often as it takes.

    Raises:
        UserError: it is not there, compressed, or no tar file.
    """
    mine: dict[str, dict[str, Member]] = {}
    try:
        with tarfile.open(shard, "r:") as tar:
            for info in tar:
                folder, _, base = info.name.rpartition("/")
                key, dot, ending = base.partition(".")
                if not info.isfile() or not dot or not key:
                    continue
                members = mine.setdefault(f"{folder}/{key}" if folder else key, {})
                if ending.lower() in members:
                    index.skipped.append((f"{shard.name}:{info.name}", "a member of this name was met before"))
                    continue
                members[ending.lower()] = Member(shard, info.offset_data, info.size)
    except FileNotFoundError:
        raise UserError(f"there is no shard {shard}") from None
    except (tarfile.TarError, OSError, EOFError) as error:
        if not mine:
            raise UserError(f"{shard} cannot be read as a tar file: {_why(shard, error)}") from error
        index.skipped.append((shard.name, f"ends early, after {count(len(mine), 'sample')}: {error}"))
    end = shard.stat().st_size
    for key, members in mine.items():
        name = key
        while name in index.samples:
            name = f"{shard.stem}/{name}"
        whole = {f: m for f, m in members.items() if m.offset + m.size <= end}
        for f in members.keys() - whole.keys():
            index.skipped.append((f"{name}.{f}", f"cut off at the end of {shard.name}"))
        if whole:
            index.samples[name] = whole


def _why(shard: Path, error: Exception) -> str:
    try:
        with shard.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
    except OSError:
        packed = False
    return "it is compressed; unpack it with gunzip, for members are read where they lie" if packed else str(error)
