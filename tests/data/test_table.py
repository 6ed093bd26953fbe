"""Tables: columns are slots by word or by values; ids, labels, groups, splits; bad lines and columns named."""

import gzip
import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from coview.data.open import open_source
from coview.data.tables.read_table import read_table
from coview.errors import UserError
from tests.data.made_files import picture, picture_bytes

WORDS = ["red fish", "blue fish", "one fish", "two fish", "a cat in a hat", "green eggs", "ham", "a fox in socks"]


def write(path, **columns):
    table = pa.table(columns)
    pq.write_table(table, path)
    return path


def items(source, slot):
    column = source.columns[slot].items
    return [column[i] for i in range(len(column))]


@pytest.fixture
def pictures(tmp_path):
    return [picture(tmp_path / "files" / f"{i}.png", i) for i in range(8)]


def test_columns_of_paths_bytes_and_text_are_slots_and_few_kinds_a_label(tmp_path, pictures):
    path = write(
        tmp_path / "t.parquet",
        file=[f"files/{p.name}" for p in pictures],
        scan=[picture_bytes(i) for i in range(8)],
        title=WORDS,
        kind=["a", "b"] * 4,
    )
    source = open_source(path)
    assert {s: c.modality for s, c in source.columns.items()} == {"file": "image", "scan": "image", "title": "text"}
    assert items(source, "file")[0] == [pictures[0]]
    assert items(source, "scan")[1] == [picture_bytes(1)]
    assert source.labels["kind"].tolist() == ["a", "b"] * 4
    assert source.names[0] == "files/0.png"


def test_named_columns_are_natural_views(tmp_path):
    path = write(tmp_path / "t.parquet", a=WORDS, b=WORDS[::-1], c=WORDS)
    source = open_source(path, columns={"line:text": "a,b"})
    assert list(source.columns) == ["line"]
    assert source.columns["line"].views == ("a", "b")
    assert items(source, "line")[0] == [WORDS[0], WORDS[-1]]


def test_numbered_columns_are_natural_views(tmp_path):
    path = write(tmp_path / "t.parquet", caption_1=WORDS, caption_2=WORDS[::-1], title=WORDS)
    source = open_source(path)
    assert {s: c.width for s, c in source.columns.items()} == {"caption": 2, "title": 1}


def test_lists_are_natural_views_padded_with_absence(tmp_path):
    path = write(tmp_path / "t.parquet", captions=[["x y"], ["a b", "c d"], [], None])
    source = open_source(path, columns=["captions"])
    assert items(source, "captions") == [["x y", None], ["a b", "c d"], [None, None], [None, None]]


def test_encoded_pictures_of_hugging_face_are_read(tmp_path):
    cells = [{"bytes": picture_bytes(0), "path": None}, {"bytes": picture_bytes(1), "path": "x.png"}]
    source = open_source(write(tmp_path / "t.parquet", image=cells))
    assert items(source, "image") == [[picture_bytes(0)], [picture_bytes(1)]]


def test_lists_of_numbers_are_arrays_of_the_modality_named(tmp_path):
    path = write(tmp_path / "t.parquet", values=[[1.0, 2.0], [3.0, None]])
    first, second = items(open_source(path, columns=["sound:audio=values"]), "sound")
    np.testing.assert_array_equal(first[0], [1, 2])
    assert math.isnan(second[0][1])


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "arrow", "feather", "parquet", "json", "csv.gz"])
def test_every_format_says_the_same(tmp_path, ending):
    table = pa.table({"title": [*WORDS[:3], None], "kind": [0, 1, 0, 1]})
    path = tmp_path / f"t.{ending}"
    rows = [{k: v for k, v in row.items() if v is not None} for row in table.to_pylist()]
    match ending:
        case "csv" | "tsv" | "csv.gz":
            table.to_pandas().to_csv(path, index=False, sep="\t" if ending == "tsv" else ",")
        case "jsonl":
            path.write_text("\n".join(json.dumps(row) for row in rows))
        case "json":
            path.write_text(json.dumps(rows))
        case "arrow":
            with pa.ipc.new_stream(str(path), table.schema) as writer:
                writer.write_table(table)
        case "feather":
            import pyarrow.feather

            pyarrow.feather.write_feather(table, str(path))
        case _:
            pq.write_table(table, path)
    source = open_source(path)
    assert items(source, "title") == [[w] for w in WORDS[:3]] + [[None]]
    assert source.labels["kind"].tolist() == [0, 1, 0, 1]


def test_parquet_shards_of_a_folder_are_one_table_split_by_their_names(tmp_path):
    (tmp_path / "data").mkdir()
    write(tmp_path / "data" / "train-00000-of-00002.parquet", text=WORDS[:2])
    write(tmp_path / "data" / "train-00001-of-00002.parquet", text=WORDS[2:4])
    write(tmp_path / "data" / "test-00000-of-00001.parquet", text=WORDS[4:6])
    source = open_source(tmp_path)
    assert source.split == ["test"] * 2 + ["train"] * 4
    assert items(source, "text")[2] == [WORDS[0]]


def test_a_folder_with_metadata_is_that_table(tmp_path, pictures):
    (tmp_path / "metadata.csv").write_text("file_name,title\nfiles/0.png,one\nfiles/1.png,two\n")
    source = open_source(tmp_path)
    assert items(source, "file_name") == [[pictures[0]], [pictures[1]]]


def test_a_split_column_is_the_split(tmp_path):
    path = write(tmp_path / "t.parquet", text=WORDS, split=["train", "val"] * 4)
    source = open_source(path)
    assert source.split == ["train", "valid"] * 4
    assert list(source.columns) == ["text"]


def test_a_group_column_keeps_rows_together_and_lone_rows_alone(tmp_path):
    path = write(tmp_path / "t.parquet", text=WORDS, who=["x", "x", "y", None, None, "z", "z", "z"])
    groups = open_source(path, group="who").groups
    assert groups[0] == groups[1] != groups[2]
    assert groups[3] != groups[4]


def test_the_labels_named_are_kept_alone(tmp_path):
    path = write(tmp_path / "t.parquet", text=WORDS, a=["x", "y"] * 4, b=[0.5, None] * 4)
    labels = open_source(path, label=["b"]).labels
    assert list(labels) == ["b"]
    assert np.isnan(labels["b"][1])


def test_a_missing_column_is_named_with_those_there_are(tmp_path):
    path = write(tmp_path / "t.parquet", photo=WORDS, title=WORDS)
    with pytest.raises(UserError, match=r"no column 'foto' \(named for slot 'image'\); it has photo, title; .*'photo'"):
        open_source(path, columns=["image=foto"])
    with pytest.raises(UserError, match=r"no column 'kind'"):
        open_source(path, label="kind")
    with pytest.raises(UserError, match=r"no column 'who'"):
        open_source(path, group="who")


def test_paths_none_of_which_exist_are_refused_with_the_folder_they_are_read_from(tmp_path):
    path = write(tmp_path / "t.parquet", file=["a.png", "b.png"])
    with pytest.raises(UserError, match=f"relative to the table's folder, {tmp_path}"):
        open_source(path)


def test_a_second_row_of_an_id_is_skipped_and_named(tmp_path):
    path = write(tmp_path / "t.parquet", id=["a", "b", "a", "c"], text=WORDS[:4])
    source = open_source(path)
    assert source.names == ["a", "b", "c"]
    assert items(source, "text") == [[WORDS[0]], [WORDS[1]], [WORDS[3]]]
    assert source.skipped == [("row 2", "id 'a' is that of row 0")]


def test_an_id_that_tells_nothing_apart_is_refused(tmp_path):
    path = write(tmp_path / "t.parquet", id=[1, 1, 1, 1, 2, 2], text=WORDS[:6])
    with pytest.raises(UserError, match="does not tell samples apart"):
        open_source(path)


def test_lines_with_too_many_fields_are_skipped_and_named(tmp_path):
    (tmp_path / "t.csv").write_text("text,kind\na b c d,0\none,two,three\nx y z w,1\n")
    source = open_source(tmp_path / "t.csv")
    assert len(source) == 2
    assert "3 fields where 2 are named" in source.skipped[0][1]


def test_lines_that_are_no_json_are_skipped_and_named(tmp_path):
    (tmp_path / "t.jsonl").write_bytes(b'{"text": "one two"}\n{broken\n[1]\n{"text": "\xff"}\n')
    source = open_source(tmp_path / "t.jsonl")
    assert len(source) == 1
    assert [line for line, _ in source.skipped] == ["line 2", "line 3", "line 4"]


def test_csv_text_that_is_not_utf8_keeps_the_other_rows_readable(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"title,n\none fish,1\n\xff\xfe bad,2\ntwo fish,3\n")
    source = open_source(tmp_path / "t.csv")
    assert source.columns["title"].modality == "text"
    assert items(source, "title")[2] == [b"two fish"]


@pytest.mark.parametrize("ending", ["parquet", "csv", "arrow", "feather", "jsonl", "json"])
@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02 not a table \xff"])
def test_a_broken_or_empty_file_is_refused_in_one_sentence(tmp_path, ending, content):
    path = tmp_path / f"t.{ending}"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"t\.") as refused:
        open_source(path)
    assert "\n" not in str(refused.value)


def test_web_addresses_are_refused_where_named_and_left_out_where_not(tmp_path):
    path = write(tmp_path / "t.parquet", url=["https://x.org/a.html", "https://x.org/b.html"], text=WORDS[:2])
    assert list(open_source(path).columns) == ["text"]
    with pytest.raises(UserError, match="fetch the files first"):
        open_source(path, columns=["image=url"])


def test_a_table_of_one_column_of_numbers_says_what_it_has(tmp_path):
    path = write(tmp_path / "t.parquet", height=[1.0, 2.0])
    with pytest.raises(UserError, match=r"it has height \(double\)"):
        open_source(path)


def test_two_columns_of_one_name_are_refused(tmp_path):
    (tmp_path / "t.csv").write_text("a,a\nx y z w,y\n")
    with pytest.raises(UserError, match="two columns named 'a'"):
        open_source(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["photo:imag=a"], "no modality is called 'imag'"),
        (["=a"], "slot:modality=column"),
        (["x=a,"], "slot:modality=column"),
        (["x=a", "x=b"], "named twice"),
        (["x:text=a,n"], "one kind"),
        (["x=n"], "says no modality"),
    ],
)
def test_columns_that_make_no_sense_are_explained(tmp_path, columns, said):
    path = write(tmp_path / "t.parquet", a=WORDS, b=WORDS, n=[[0.5]] * 8)
    with pytest.raises(UserError, match=said):
        open_source(path, columns=columns)


def test_words_kept_in_a_dictionary_are_paths_where_named(tmp_path, pictures):
    names = pa.array([f"files/{p.name}" for p in pictures]).dictionary_encode()
    path = write(tmp_path / "t.parquet", file=names, text=WORDS)
    assert items(open_source(path, columns=["photo:image=file"]), "photo")[1] == [pictures[1]]


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view()])
def test_other_kinds_of_strings_are_text(tmp_path, kind):
    with pa.ipc.new_file(str(tmp_path / "t.arrow"), pa.schema([("text", kind)])) as writer:
        writer.write_table(pa.table({"text": pa.array(WORDS, kind)}))
    assert items(open_source(tmp_path / "t.arrow"), "text")[2] == [WORDS[2]]


def test_the_numbers_of_rows_that_pandas_keeps_are_no_column(tmp_path):
    path = write(
        tmp_path / "t.parquet", age=[3.0, 4.0, 5.0, 6.5], size=[1.0, 2.0, 2.5, 0.5], __index_level_0__=[4, 7, 8, 11]
    )
    source = open_source(path, columns={"row:table": "age,size"})
    assert source.columns["row"].options["columns"] == ["age", "size"]
    left_to_guess = open_source(path)
    assert not any("index" in str(column.options) for column in left_to_guess.columns.values())


@pytest.mark.parametrize("word", ["NA", "N/A", "n/a", "None", "<NA>", "#N/A"])
def test_words_for_a_missing_cell_leave_a_column_of_numbers(tmp_path, word):
    path = tmp_path / "t.csv"
    path.write_text("age,size\n" + "".join(f"{word if i == 2 else 20 + i},{i / 7}\n" for i in range(12)))
    table, _ = read_table(path)
    assert pa.types.is_integer(table.schema.field("age").type)
    assert table["age"].null_count == 1


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_another_separator_than_the_endings_is_found(tmp_path, separator):
    path = tmp_path / "t.csv"
    path.write_text("\n".join(separator.join(row) for row in (["age", "size"], ["3", "4"], ["5"], ["6", "7"])) + "\n")
    table, skipped = read_table(path)
    assert table.to_pydict() == {"age": [3, 6], "size": [4, 7]}
    assert [reason for _, reason in skipped] == ["1 fields where 2 are named"]


def test_one_column_stays_one(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text\nsome; words\nand | others\n")
    assert read_table(path)[0].to_pydict() == {"text": ["some; words", "and | others"]}


@pytest.mark.parametrize("packed", ["", ".gz"])
@pytest.mark.parametrize("header", ['"text; a, b"', '"text, or not"', "text; a\tb"])
def test_a_column_may_be_named_with_separators(tmp_path, header, packed):
    lines = f"{header}\nsome words\nothers\n".encode()
    path = tmp_path / f"t.csv{packed}"
    path.write_bytes(gzip.compress(lines) if packed else lines)
    assert read_table(path)[0].to_pydict() == {header.strip('"'): ["some words", "others"]}


def test_lines_that_are_packed_are_told_from_other_bytes(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(bytes(64)))
    with pytest.raises(UserError, match="not a file of lines"):
        read_table(path)


def test_a_parquet_file_by_another_name_is_told(tmp_path, capfd):
    path = write(tmp_path / "t.csv", age=[3, 4])
    with pytest.raises(UserError, match=r"t\.csv cannot be read as CSV: it is a parquet file"):
        read_table(path)
    assert not capfd.readouterr().err


def test_names_of_who_a_row_is_of_and_what_is_always_the_same_are_no_text_to_learn_from(tmp_path):
    customers = [f"C{i:03d}" for i in range(9)]
    path = write(tmp_path / "t.parquet", customer=customers, country=["DE"] * 9, flag=[1] * 9)
    with pytest.raises(UserError, match=r"no column to learn from; .* --columns customer:text=customer reads it"):
        open_source(path)
    assert list(open_source(path, columns=["customer:text=customer"]).columns) == ["customer"]
    beside = open_source(
        write(tmp_path / "u.parquet", customer=customers, said=[f"the {c} said so" for c in customers])
    )
    assert list(beside.columns) == ["said"]
    assert any(line.startswith("not read: customer, which") for line in beside.understood)


def test_sentences_under_a_name_of_entities_are_text(tmp_path):
    told = [f"the {i}th case came to court twice" for i in range(9)]
    assert list(open_source(write(tmp_path / "t.parquet", case=told)).columns) == ["case"]
