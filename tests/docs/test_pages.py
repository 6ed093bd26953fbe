"""Every public name has its place in the documentation."""

import importlib
import json
import re
import tomllib
from pathlib import Path

import generate
import pytest
from parts import benchmarks, claims, methods, modality_facts, modality_pictures, text
from PIL import Image

import coview
from coview import losses
from coview.data import catalog
from coview.evaluate.evaluate import PROTOCOLS
from coview.methods.registry import method_class, method_modules
from coview.modalities.registry import modality_class, modality_modules

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pages():
    return generate.pages()


@pytest.fixture(scope="module")
def asked(pages):
    """Every name that some page asks mkdocstrings for."""
    return {name for page in pages.values() for name in re.findall(r"^::: (\S+)$", page, re.MULTILINE)}


@pytest.mark.parametrize("name", coview.__all__)
def test_a_name_of_the_face_is_in_the_reference(asked, name):
    assert f"{coview._HOMES[name]}.{name}" in asked


@pytest.mark.parametrize("name", losses.__all__)
def test_a_loss_is_in_the_reference(asked, name):
    assert f"{getattr(losses, name).__module__}.{name}" in asked


@pytest.mark.parametrize("module", ["alignment", "cosine", "gap", "rank", "spread", "uniformity", "verdict"])
def test_a_reading_of_health_is_in_the_reference(asked, module):
    room = importlib.import_module(f"coview.health.{module}")
    own = [n for n, v in vars(room).items() if getattr(v, "__module__", "") == room.__name__ and not n.startswith("_")]
    assert own
    assert {f"{room.__name__}.{name}" for name in own if callable(getattr(room, name))} <= asked


@pytest.mark.parametrize("name", list(method_modules()))
def test_a_method_has_a_page_with_every_option_explained(pages, name):
    page = pages[f"methods/{name}.md"]
    assert f"::: {method_class(name).__module__}.{method_class(name).__name__}" in page
    rows = re.findall(r"^\| `--\S+` \|[^|]*\| (.*) \|$", page, re.MULTILINE)
    assert all(row.strip() for row in rows)


SECTIONS = ["Data", "Options", "Encoders", "Views", "Tokens", "Methods", "Evaluation", "Bad input", "Reference"]


@pytest.mark.parametrize("name", list(modality_modules()))
def test_a_modality_has_a_page_with_every_part(pages, name):
    page = pages[f"modalities/{name}.md"]
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == SECTIONS
    assert f"(modalities/{name}.md)" in pages["modalities.md"]


@pytest.mark.parametrize("name", list(modality_modules()))
def test_every_option_and_encoder_of_a_modality_is_explained(pages, name):
    page = pages[f"modalities/{name}.md"]
    rows = re.findall(rf"^\| `{name}\.\w+` \|[^|]*\| (.*) \|$", page, re.MULTILINE)
    assert rows
    assert all(row.strip() for row in rows)
    encoders = page.partition("## Encoders")[2].partition("## Views")[0]
    for encoder in modality_class(name).encoders:
        assert re.search(rf"^\| `{encoder}` \|[^|]*\| \S.* \|$", encoders, re.MULTILINE)


@pytest.mark.parametrize("name", list(modality_modules()))
def test_a_modality_is_shown_by_a_small_picture_whose_maker_is_named(pages, name):
    assert f"](pictures/{name}.webp)" in pages[f"modalities/{name}.md"]
    assert (ROOT / "docs/pictures" / f"{name}.webp").stat().st_size <= modality_pictures.MOST_BYTES
    said = json.loads((ROOT / "docs/pictures" / f"{name}.json").read_text())["said"]
    assert all(package.credit in said for package in catalog.dataset(modality_pictures.SHOWN[name].data).packages[:1])


@pytest.mark.parametrize("name", list(modality_modules()))
def test_a_modality_without_a_picture_is_shown_by_made_data(name, tmp_path, monkeypatch):
    monkeypatch.setattr(modality_pictures, "FOLDER", tmp_path / "none")
    modality_pictures.put(name, tmp_path / "out")
    with Image.open(tmp_path / "out" / f"{name}.webp") as picture:
        assert picture.width > 300
    assert "Made on the spot" in modality_pictures.reference(name)


def test_extras_of_modalities_are_those_that_can_be_installed():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    found = {name: modality_facts.extra(name) for name in modality_modules()}
    assert {extra for extra in found.values() if extra} <= set(extras)
    assert found["audio"] == "audio"
    assert found["text"] == ""


def test_protocols_of_modalities_are_protocols():
    own = [p for protocols in modality_facts.OWN_PROTOCOLS.values() for p in protocols]
    assert {*own, *modality_facts.SPOKEN} <= set(PROTOCOLS)


@pytest.mark.parametrize("name", ["concepts.md", "index.md"])
def test_all_modalities_are_named_where_newcomers_read(pages, name):
    assert [m for m in modality_modules() if not re.search(rf"\b{m}\b", pages[name].partition("## What runs")[0])] == []


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_has_a_section(pages, name):
    assert f"\n### {name}\n" in pages["evaluation.md"]


def test_every_page_by_hand_is_in_the_navigation():
    text_of_nav = (ROOT / "zensical.toml").read_text()
    nav = tomllib.loads(text_of_nav)["project"]["nav"]
    listed = {path for entry in nav for path in entry.values() if isinstance(path, str)}
    assert listed == {p.name for p in (ROOT / "docs").glob("*.md")}


def test_every_page_of_the_navigation_is_made(pages):
    for path in re.findall(r'= "([\w/-]+\.md)"', (ROOT / "zensical.toml").read_text()):
        assert path in pages


def test_links_between_pages_lead_somewhere(pages):
    for name, page in pages.items():
        for link in re.findall(r"\]\(([\w/-]+\.md)\)", page):
            assert str(Path(name).parent / link) in pages, f"{name} -> {link}"


def test_no_marker_is_left(pages):
    assert not [name for name, page in pages.items() if "<!-- generated" in page]


def test_a_marker_without_a_part_is_refused():
    with pytest.raises(KeyError):
        generate.filled("<!-- generated: nothing -->")


def test_the_matrix_of_a_readme_is_replaced_between_its_markers_alone(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- matrix:start -->\nold\n<!-- matrix:end -->\nafter\n")
    generate.bring_up_to_date(readme)
    new = readme.read_text()
    assert new.startswith("before\n<!-- matrix:start -->\n| method")
    assert new.endswith("\n<!-- matrix:end -->\nafter\n")
    assert "old" not in new


def test_the_matrix_reads_what_a_method_needs_from_its_signature():
    assert set(methods.takes(method_class("simclr")).values()) == {methods.ALONE}
    assert set(methods.takes(method_class("symile")).values()) == {methods.TOGETHER}


def test_claims_say_so_where_there_are_none(tmp_path):
    assert claims.on_record(tmp_path) == "No claim is on record yet."


def test_claims_show_what_the_records_say(tmp_path):
    kept = json.loads((ROOT / "results" / "claims" / "symile.json").read_text())
    (tmp_path / "symile.json").write_text(json.dumps(kept))
    shown = claims.on_record(tmp_path)
    first = kept["comparisons"][0]
    row = next(line for line in shown.splitlines() if line.startswith("| [`symile`](#symile) |"))
    assert f"**{kept['outcome']}**" in row
    assert all(f"{d:+.3f}" in row for d in first["differences"])
    assert "### symile" in shown
    for name, arm in kept["arms"].items():
        scores = ", ".join(f"{s:.3f}" for s in arm["scores"][first["metric"]])
        assert any(line.startswith(f"| {name} |") and f"({scores})" in line for line in shown.splitlines())


def test_cells_cannot_break_a_table():
    assert text.table(("a",), [("x|y\nz",)]).splitlines()[-1] == "| x\\|y z |"


def test_a_table_of_methods_says_who_reads_the_modality_and_is_left_out():
    reasons = {"clip": "CLIP relates 2 or more slots", "mvgrl": "it needs a slot of modality graph", "mae": "too dear"}
    told = benchmarks._left_out("events", reasons)
    assert "`clip`, because: they relate several slots" in told
    assert "`mae`, because: too dear" in told
    assert "mvgrl" not in told
    assert "`clip`, because: CLIP relates 2 or more slots" in benchmarks._left_out("image and text", reasons)
    assert benchmarks._left_out("events", {}) == ""


def test_what_a_contender_was_set_to_is_told_with_what_stands_under_a_name():
    set_to = {"steps": 1200, "options": {"wholes": 0.0}, "structures": ["adjacency", "ppr"]}
    assert benchmarks._told(set_to) == "steps 1,200, options (wholes 0.0), structures adjacency and ppr"
