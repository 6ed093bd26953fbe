from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from coview.cli import main
from coview.engine.config import load_config


def test_embed_writes_the_documented_columns(run: Path, tmp_path: Path) -> None:
    from coview.engine.run import load

    assert main(["embed", str(run), "--out", str(tmp_path / "emb.parquet")]) == 0
    table = pq.read_table(tmp_path / "emb.parquet")
    assert table.column_names[:6] == ["id", "name", "slot", "view", "space", "vector"]
    assert len(table) == 60
    assert table.schema.field("vector").type.list_size == load(run).method.slot_encoders()["image"].dim
    assert np.isfinite(np.array(table["vector"].to_pylist())).all()


def test_embed_refuses_an_ending_it_does_not_write(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["embed", str(run), "--out", str(tmp_path / "emb.xyz")]) == 2
    assert ".parquet" in capsys.readouterr().err


def test_evaluate_prints_json_alone(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(run), "--protocol", "knn", "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert any(key.startswith("knn/") for key in scores)


def test_search_finds_the_file_itself_first(run: Path, pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = pictures / "above" / "07.png"
    assert main(["search", str(run), str(query), "-k", "3", "--json"]) == 0
    hits = json.loads(capsys.readouterr().out)
    assert len(hits) == 3
    assert "07" in hits[0]["name"]
    assert hits[0]["cosine"] == pytest.approx(1.0, abs=1e-4)


def test_export_reads_back_to_the_same_features(run: Path, tmp_path: Path) -> None:
    import torch

    from coview.engine.run import load
    from coview.use.embed import read_data
    from coview.use.export import load_encoder

    file = tmp_path / "weights.safetensors"
    assert main(["export", str(run), "--out", str(file)]) == 0
    trained, encoder = load(run), load_encoder(file)
    batch = read_data(trained).batch(slice(0, 4))
    view = encoder.modality.prepare(batch["image"])
    with torch.no_grad():
        here = encoder(view).pooled
        there = trained.method.slot_encoders()["image"](view).pooled
    assert torch.equal(here, there)


@pytest.mark.parametrize("words", [["export", "--out", "no/w.safetensors"], ["report", "--out", "no/page.html"]])
def test_a_folder_that_is_not_there_is_named(
    run: Path, words: list[str], inside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([words[0], str(run), *words[1:]]) == 2
    assert "there is no folder no" in capsys.readouterr().err


def test_search_finds_what_is_near_to_a_sample_by_its_name(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", str(run), "above/07", "-k", "2", "--json"]) == 0
    hits = json.loads(capsys.readouterr().out)
    assert hits[0]["name"] == "above/07"
    assert hits[0]["cosine"] == pytest.approx(1.0, abs=1e-5)


def test_search_says_what_can_be_asked(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", str(run), "no-such.png"]) == 2
    assert "neither a file nor a sample of pictures" in capsys.readouterr().err


def test_search_embeds_a_query_as_embed_does(run: Path, pictures: Path) -> None:
    from coview.use.embed import embed
    from coview.use.search import search

    found = embed(str(run))
    vectors = found.array() / np.linalg.norm(found.array(), axis=1, keepdims=True)
    row = found.data.names.index("below/11")
    hits = search(str(run), pictures / "below" / "11.png", k=60)
    assert [hit.cosine for hit in hits] == pytest.approx((vectors @ vectors[row])[[hit.row for hit in hits]], abs=1e-4)


def test_report_draws_a_strip(run: Path, tmp_path: Path) -> None:
    from PIL import Image

    page, strip = tmp_path / "page.html", tmp_path / "strip.png"
    assert main(["report", str(run), "--out", str(page), "--strip", str(strip)]) == 0
    assert "<svg" in page.read_text()
    with Image.open(strip) as drawn:
        assert drawn.width > drawn.height / 2


def test_compare_has_a_row_a_method_and_the_references(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.cli.conftest import SMALL

    asked = ["compare", "simclr", "vicreg", "--data", str(pictures), "--steps", "2", "--out", str(tmp_path / "c")]
    assert main([*asked, *SMALL, "--json"]) == 0
    rows = {row["method"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert list(rows) == ["simclr", "vicreg", "raw", "random"]
    assert rows["simclr"]["steps"] == rows["vicreg"]["steps"] == [2]
    assert (tmp_path / "c" / "compare.png").stat().st_size > 5000


def test_methods_and_data_are_listed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods", "--json"]) == 0
    methods = json.loads(capsys.readouterr().out)
    assert all(m["idea"] for m in methods)
    assert "simclr" in {m["name"] for m in methods}
    assert main(["data", "list", "--json"]) == 0
    assert "digits" in {d["name"] for d in json.loads(capsys.readouterr().out)}


def test_the_list_of_data_is_a_line_a_set_however_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from rich.console import Console

    from coview.cli import terminal
    from coview.data import catalog

    shown = io.StringIO()
    screen = Console(file=shown, width=80, force_terminal=True, color_system=None)
    monkeypatch.setattr(terminal, "console", lambda: screen)
    assert main(["data", "list"]) == 0
    lines = [line for line in shown.getvalue().splitlines() if line.strip()]
    assert len(lines) == len(catalog.names()) + 3  # a head, a rule, a hint
    assert all(any(line.split()[0] == name for line in lines) for name in catalog.names())
    assert max(map(len, lines)) <= 80


def test_doctor_knows_every_extra_that_users_need(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import metadata

    from coview.cli.doctor import FOR_DEVELOPERS

    main(["doctor", "--json"])
    shown = {check["what"] for check in json.loads(capsys.readouterr().out)}
    extras = set(metadata("coview").get_all("Provides-Extra") or ()) - set(FOR_DEVELOPERS)
    assert {f"extra {extra}" for extra in extras} <= shown


def test_doctor_names_what_would_mend(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert {"python", "torch", "cache", "npm"} <= {check["what"] for check in found}
    assert all(check["mend"] for check in found if not check["works"])


def test_finetune_leaves_a_run_that_predict_reads(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from tests.cli.conftest import SMALL

    tuned, table = tmp_path / "tuned", tmp_path / "p.parquet"
    options = [word for word in SMALL if word not in ("--encoder-options", "dim=16")]
    assert main(["finetune", str(run), "--freeze", "--steps", "3", "--out", str(tuned), *options]) == 0
    said = capsys.readouterr().out
    assert "finetune/image/folder" in said
    assert f"coview predict {tuned}" in said
    assert main(["predict", str(tuned), "--out", str(table), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sum(told["classes"].values()) == told["samples"] == len(pq.read_table(table)) == 60
    assert set(told["classes"]) <= {"above", "below"}


def test_predict_says_what_would_predict(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", str(run), "--out", str(tmp_path / "p.parquet")]) == 2
    assert "coview finetune" in capsys.readouterr().err


def test_compare_gives_each_method_the_batch_that_suits_it(tmp_path: Path) -> None:
    out = tmp_path / "both"
    assert main(["compare", "simclr", "mae", "--data", "digits", "--steps", "1", "--out", str(out)]) == 0
    sizes = {m: load_config(out / f"{m}-seed0" / "config.yaml").batch_size for m in ("simclr", "mae")}
    assert sizes == {"simclr": 256, "mae": 64}
