"""Properties of every source: each file and row is read, skipped by name, or left out by count."""

import re
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.data.arrays import from_arrays
from coview.data.files.folder import open_folder
from coview.data.open import open_source
from coview.data.split import split
from coview.errors import UserError

FOLDERS = st.sampled_from(["", "a/", "b/", "train/", "val/", "a/b/", "images/", "texts/"])
STEMS = st.sampled_from(["x", "y", "1", "x.left", "x.right", "y.left", "z.2", "README", ".h"])
ENDINGS = st.sampled_from([".png", ".jpg", ".txt", ".wav", ".json", ".PNG", ""])
FILES = st.sets(st.tuples(FOLDERS, STEMS, ENDINGS).map("".join), max_size=12)


@settings(max_examples=150, deadline=None)
@given(FILES)
def test_every_file_is_read_or_skipped_or_left_out_once(names):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).touch()
        try:
            source = open_folder(root)
        except UserError:
            kept = [n for n in names if not Path(n).name.startswith(".") and not Path(n).name.startswith("README")]
            assert not any(n.lower().endswith((".png", ".jpg", ".wav")) for n in kept)
            return
        source.check()
        columns = source.columns.values()
        read = [p for column in columns for i in range(len(source)) for p in column.items[i] if p]
        told = sum(
            int(n) for line in source.understood for n in re.findall(r"^(\d+) (?:hidden )?files? left out", line)
        )
        assert len(read) == len(set(read))
        assert len(read) + len(source.skipped) + told == len(names)
        assert all(len(column.items[i]) == column.width for column in columns for i in range(len(source)))
        assert all(
            any(column.items[i][v] for column in columns for v in range(column.width)) for i in range(len(source))
        )


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@settings(max_examples=100, deadline=None)
@given(
    ids=st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=1, max_size=20),
    texts=st.data(),
)
def test_every_row_of_a_table_is_a_sample_or_skipped(ids, texts):
    n = len(ids)
    a = texts.draw(st.lists(st.one_of(st.none(), WORDS), min_size=n, max_size=n))
    b = texts.draw(st.lists(st.lists(WORDS, max_size=3), min_size=n, max_size=n))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        table = pa.table(
            {"id": pa.array(ids, pa.int64()), "a": pa.array(a, pa.string()), "b": pa.array(b, pa.list_(pa.string()))}
        )
        pq.write_table(table, path)
        first, columns = {}, ["a:text=a", "b:text=b"]
        for i, x in enumerate(ids):
            first.setdefault(f"row {i}" if x is None else str(x), i)
        if 2 * len(first) < n:
            with pytest.raises(UserError, match="does not tell samples apart"):
                open_source(path, columns=columns)
            return
        source = open_source(path, columns=columns)
    assert len(source) + len(source.skipped) == n
    assert source.names == list(first)
    assert [list(source.columns["a"].items[i]) for i in range(len(source))] == [[a[i]] for i in first.values()]
    found = [list(source.columns["b"].items[i]) for i in range(len(source))]
    assert [[x for x in row if x is not None] for row in found] == [b[i] for i in first.values()]


@given(st.integers(1, 40), st.integers(1, 4), st.data())
def test_rows_of_rows_are_the_rows(n, width, data):
    source = from_arrays({"text": [[f"{i} {v}" for v in range(width)] for i in range(n)]})
    a = data.draw(st.lists(st.integers(0, n - 1), unique=True, min_size=1))
    b = data.draw(st.lists(st.integers(0, len(a) - 1), unique=True, min_size=1))
    twice = source.rows(a).rows(b)
    assert twice.names == [str(a[i]) for i in b]
    assert list(twice.columns["text"].items[0]) == [f"{a[b[0]]} {v}" for v in range(width)]
    assert sorted(i for rows in split(twice).values() for i in rows.tolist()) == list(range(len(b)))
