"""Raw values read as items of a modality: in threads, in order, bad ones named and never fatal."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from torch import Tensor

from coview.data.source import Column
from coview.errors import UserError
from coview.modalities.base import BadSample, Modality

BLOCK = 64
"""Samples that a thread takes at a time, at most."""

_PIECE = 32 << 20
"""Bytes of items that a thread holds at a time, as far as samples are of like size."""

KEPT = 512 << 20
"""Bytes of items kept from fitting to collating."""

In = TypeVar("In")
Out = TypeVar("Out")


class Reader:
    """Reads the items of one column.

    Args:
        column: raw values.
        modality: the class that reads them.

    Attributes:
        bad: (row, view) -> reason, of what could not be read.
        notes: (row, view) -> what of an item is not read as it stands, see `Modality.notes`.
        room: bytes of items that may still be kept.
    """

    def __init__(self, column: Column, modality: type[Modality]) -> None:
        self.column, self.modality = column, modality
        self.bad: dict[tuple[int, int], str] = {}
        self.notes: dict[tuple[int, int], tuple[str, ...]] = {}
        self._kept: dict[int, list[Any | None]] = {}
        self.room = KEPT
        self._largest = 0

    def read(self, rows: Sequence[int]) -> list[list[Any | None]]:
        """Items of some samples, V each; None where absent or bad."""
        samples = [self._kept[row] if row in self._kept else self._sample(row) for row in rows]
        self._largest = max([self._largest, *(nbytes(items) for items in samples)])
        return samples

    def stream(self, rows: Sequence[int]) -> Generator[tuple[int, list[Any | None]], None, None]:
        """(row, items) in order, kept for the next reading as far as there is room."""
        for at, samples in in_threads(self.read, self.pieces(rows)):
            for row, items in zip(at, samples, strict=True):
                size = nbytes(items)
                if size <= self.room:
                    self._kept[row] = items
                self.room -= size
                yield row, items

    def pieces(self, rows: Sequence[int]) -> Iterator[Sequence[int]]:
        """Rows in pieces for threads: few at first, then as many as memory allows by the largest sample met."""
        first = 0
        while first < len(rows):
            size = min(BLOCK, max(1, _PIECE // self._largest)) if self._largest else 4
            yield rows[first : first + size]
            first += size

    def forget(self, rows: Iterable[int]) -> None:
        """Lets go of items that are not read again."""
        for row in rows:
            self._kept.pop(row, None)

    def _sample(self, row: int) -> list[Any | None]:
        try:
            raws = self.column.items[row]
        except Exception as error:  # a source computed on access may fail in any way
            self.bad[row, 0] = reason_of(error)
            return [None] * self.column.width
        width = self.column.width
        if len(raws) > width:
            self.bad[row, width] = f"has {len(raws)} natural views where the slot has {width}"
        items = [self._item(row, view, raw) for view, raw in enumerate(raws[:width])]
        return items + [None] * (width - len(items))

    def _item(self, row: int, view: int, raw: Any) -> Any | None:
        if raw is None or (row, view) in self.bad:
            return None
        try:
            return read_item(self.modality, raw)
        except BadSample as bad:
            self.bad[row, view] = str(bad)
            return None


def read_item(modality: type[Modality], raw: Any) -> Any:
    """One raw value as an item; whatever goes wrong is a `BadSample`, but for what the user has to mend."""
    if isinstance(raw, float) and not math.isfinite(raw):
        raise BadSample("is NaN or infinite")
    try:
        return modality.read(raw)
    except (BadSample, UserError):
        raise
    except Exception as error:  # decoders raise anything on broken input
        raise BadSample(reason_of(error)) from error


def reason_of(error: Exception) -> str:
    """An error as one short reason."""
    said = str(error).strip().splitlines()
    return f"{type(error).__name__}: {said[0][:200]}" if said else type(error).__name__


def nbytes(item: Any) -> int:
    """About how much memory an item takes."""
    match item:
        case None:
            return 0
        case Tensor() | np.ndarray():
            return item.nbytes
        case str() | bytes():
            return len(item) + 50
        case bool() | int() | float() | np.generic():
            return 32
        case dict():
            return sum(nbytes(part) for part in item.values())
        case tuple() | list():
            return sum(nbytes(part) for part in item)
        case _:
            return getattr(item, "nbytes", 1 << 20)


def in_threads(work: Callable[[In], Out], pieces: Iterable[In]) -> Iterator[tuple[In, Out]]:
    """(piece, its result) in the order of the pieces, a few pieces ahead of whoever asks."""
    pool, workers = thread_pool()
    waiting: deque[tuple[In, Future[Out]]] = deque()
    try:
        for piece in pieces:
            waiting.append((piece, pool.submit(work, piece)))
            if len(waiting) > 2 * workers:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
    finally:
        for _, future in waiting:
            future.cancel()


_pools: dict[int, ThreadPoolExecutor] = {}


def thread_pool() -> tuple[ThreadPoolExecutor, int]:
    """The pool of reading threads of the process (a forked one has its own), and how many there are."""
    workers = min(8, os.cpu_count() or 1)
    process = os.getpid()
    if process not in _pools:
        _pools.clear()
        _pools[process] = ThreadPoolExecutor(workers, thread_name_prefix="coview-read")
    return _pools[process], workers
