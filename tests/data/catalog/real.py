"""The real data sets, where they are fetched; a test that needs one skips with the command that brings it.

Tests of what `make data` fetches are marked `data`.
"""

from functools import cache

import pytest

from coview.data import catalog
from coview.data.catalog.store.stock import Stock
from coview.data.source import Source
from coview.modalities.registry import modality_class


def real(name: str, *parts: str) -> Source:
    if Stock.of(name).missing(catalog.dataset(name), parts or None):
        chosen = f" --parts {','.join(parts)}" if parts else ""
        pytest.skip(f"needs data: coview data get {name}{chosen}")
    return _source(name)


@cache
def _source(name: str) -> Source:
    return catalog.source(name)


def by(source: Source, name: str) -> int:
    return source.names.index(name)


def unreadable(source: Source, slot: str, rows: range) -> list[str]:
    """Names of samples among `rows` that the slot's modality cannot read."""
    column = source.columns[slot]
    read = modality_class(column.modality).read
    bad = []
    for row in rows:
        for raw in column.items[row]:
            if raw is not None:
                try:
                    read(raw)
                except Exception as error:
                    bad.append(f"{source.names[row]}: {error}")
    return bad


def check_shape(source: Source) -> None:
    """What every source promises: one length, unique names, one width a slot, groups within one split."""
    n = len(source)
    assert len(set(source.names)) == n
    assert all(len(column.items) == n for column in source.columns.values())
    for column in source.columns.values():
        assert {len(row) for row in column.items} == {max(1, len(column.views))}
    assert all(len(values) == n for values in source.labels.values())
    assert set(source.split or []) <= {"train", "valid", "test"}
    if source.groups is not None and source.split is not None:
        sides = {}
        for group, part in zip(source.groups, source.split, strict=True):
            sides.setdefault(group, set()).add(part)
        assert all(len(parts) == 1 for parts in sides.values())
    assert all(source.about[key] for key in ("title", "licence", "credit"))
