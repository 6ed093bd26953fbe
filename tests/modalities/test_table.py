"""Rows: what is fitted, stored, looked at, embedded and predicted."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from coview.batch import View
from coview.modalities.registry import modality_class, modality_from_config
from coview.modalities.table import Table
from coview.modalities.table.read import read_row
from coview.nn.columns import ColumnEmbedding
from coview.nn.encoder import build_encoder
from coview.views.columns import hide
from coview.views.draw import Draw

N = 400


def rows(n: int = N, seed: int = 0) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    return [
        {
            "income": None if rng.random() < 0.2 else float(rng.lognormal(8, 2)),
            "home": str(rng.choice(["rent", "own", "parents"], p=[0.5, 0.3, 0.2])) if rng.random() < 0.9 else None,
            "children": int(rng.integers(0, 4)),
        }
        for _ in range(n)
    ]


def items(n: int = N, seed: int = 0) -> list[Any]:
    return [Table.read(row) for row in rows(n, seed)]


@pytest.fixture(scope="module")
def table() -> Table:
    return Table.adapt(items())


@pytest.fixture(scope="module")
def view(table: Table) -> View:
    many = items(60, seed=1)
    return table.collate([[many[i], many[i + 30]] for i in range(30)])


def draw(n: int, step: int = 5) -> Draw:
    return Draw(3, step, torch.arange(n) * 1_000_003)


def test_it_is_found_by_name() -> None:
    assert modality_class("table") is Table


def test_a_skewed_column_is_stored_as_its_normal_scores(table: Table) -> None:
    """The share of rows below a value is the normal distribution at its score."""
    known = sorted(row["income"] for row in rows() if row["income"] is not None)
    stored = table.collate([[read_row({**rows()[0], "income": x})] for x in known]).value[:, 0, 0].numpy()
    expected = norm.ppf((np.arange(len(known)) + 0.5) / len(known))
    middle = slice(20, -20)
    assert np.abs(stored[middle] - expected[middle]).max() < 0.15


def test_a_value_that_recurs_lands_on_its_middle_rank(table: Table) -> None:
    """A quarter of the rows has each of 0, 1, 2, 3: the middles are at 1/8, 3/8, 5/8, 7/8."""
    stored = table.collate([[read_row({**rows()[0], "children": n})] for n in range(4)]).value[:, 0, 2].numpy()
    counts = np.bincount([row["children"] for row in rows()], minlength=4)
    middle = (np.cumsum(counts) - counts / 2) / counts.sum()
    assert np.abs(norm.cdf(stored) - middle).max() < 0.03


def test_missing_stays_missing_and_words_have_codes(table: Table) -> None:
    cells = table.collate(
        [
            [read_row({"income": None, "home": "rent", "children": 1})],
            [read_row({"income": 3.0, "home": None, "children": 1})],
            [read_row({"income": 3.0, "home": "castle", "children": 1})],
        ]
    ).value[:, 0]
    assert cells[:, 0].isnan().tolist() == [True, False, False]
    assert cells[0, 1] == 1  # the commonest
    assert cells[1, 1].isnan()
    assert cells[2, 1] == 0  # a word that training never met
    seen = table.prepare(View(cells[:, None], "table", torch.ones(3, 1, dtype=torch.bool))).value[:, 0]
    assert torch.equal(seen[..., 1].bool(), cells.isnan())
    assert not seen.isnan().any()
    assert (seen[..., 0][cells.isnan()] == 0).all()


def test_words_met_once_share_a_code() -> None:
    fitted = Table.adapt([Table.read({"w": w, "n": i}) for i, w in enumerate(["a", "a", "b", "b", "once"])])
    stored = fitted.collate([[Table.read({"w": w, "n": 1})] for w in ("a", "b", "once", "never")]).value[:, 0, 0]
    assert stored.tolist() == [1, 2, 0, 0]


def test_numbers_that_are_names_are_words_where_told() -> None:
    raw = [{"zip": z, "n": float(i)} for i, z in enumerate([8001, 8001.0, 8002, 8002])]
    fitted = Table.adapt([Table.read(row) for row in raw], categorical="zip")
    assert [column.kind for column in fitted.columns] == ["category", "number"]
    stored = fitted.collate([[Table.read({"zip": z, "n": 1.0})] for z in (8001, "8001", 8002.0)]).value[:, 0, 0]
    assert stored.tolist() == [1, 1, 2]


def test_what_is_saved_reads_alike_bit_for_bit(table: Table) -> None:
    again = modality_from_config({"modality": "table", **json.loads(json.dumps(table.config()))})
    assert isinstance(again, Table)
    some = [[item] for item in items(50, seed=2)]
    assert torch.equal(again.collate(some).value.nan_to_num(99), table.collate(some).value.nan_to_num(99))
    one, other = (t.augment(t.collate(some), draw(50)).value for t in (table, again))
    assert torch.equal(one, other)


def test_shown_rows_are_the_rows(table: Table) -> None:
    shown = table.show(table.collate([[read_row({"income": None, "home": "own", "children": 2})], [None]]))
    assert shown == [["income missing, home own, children 2"], [None]]


def test_prepared_rows_are_shown_as_stored_ones(table: Table) -> None:
    stored = table.collate([[read_row({"income": None, "home": "own", "children": 2})], [None]])
    assert table.show_prepared(table.prepare(stored)) == table.show(stored)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
@settings(max_examples=50, deadline=None)
def test_any_number_has_a_finite_score(x: float) -> None:
    fitted = Table.adapt(items(60))
    stored = fitted.collate([[read_row({"income": x, "home": "own", "children": 1})]]).value
    assert stored.isfinite().all()
    assert stored.abs().max() < 6


# Looks


def test_corruption_draws_from_the_training_distribution() -> None:
    """Whatever the batch holds, what is drawn has the shares of words and of missing cells of the training data."""
    fitted = Table.adapt(items(), corrupt=0.98, noise=0.0, drop=0.0)
    same = fitted.collate([[read_row({"income": 1.0, "home": "own", "children": 0})]] * 3000)
    seen = fitted.augment(same, draw(3000))
    changed = seen.params["corrupted"][:, 0]
    home, missing = seen.value[:, 0, 1, 0][changed[:, 1]], seen.value[:, 0, 1, 1][changed[:, 1]].bool()
    truth = [row["home"] for row in rows()]
    for code, word in ((1, "rent"), (2, "own"), (3, "parents")):
        share = float(((home == code) & ~missing).float().mean())
        assert share == pytest.approx(truth.count(word) / N, abs=0.03)
    assert float(missing.float().mean()) == pytest.approx(truth.count(None) / N, abs=0.03)
    assert float(changed.float().mean()) == pytest.approx(0.98, abs=0.01)


def test_a_look_depends_on_its_row_and_key_alone(table: Table, view: View) -> None:
    whole = table.augment(view, draw(30))
    part = table.augment(view[7:9], draw(30).of(draw(30).key[7:9]))
    assert torch.equal(whole.value[7:9], part.value)
    assert torch.equal(whole.params["corrupted"][7:9], part.params["corrupted"])


def test_looks_change_with_the_step_and_differ_within_a_row(table: Table, view: View) -> None:
    one, two = (table.augment(view, draw(30, step)).value for step in (1, 2))
    assert not torch.equal(one, two)
    same = table.augment(view.pick([0, 0]), draw(30)).value
    assert not torch.equal(same[:, 0], same[:, 1])


def test_what_is_neither_drawn_anew_nor_dropped_moves_a_little(view: View) -> None:
    fitted = Table.adapt(items(), corrupt=0.3, noise=0.1, drop=0.3)
    seen, plain = fitted.augment(view, draw(30)), fitted.prepare(view)
    dropped = seen.params["dropped"]
    kept = ~seen.params["corrupted"] & ~dropped
    assert torch.equal(seen.value[..., 1][kept], plain.value[..., 1][kept])
    words = kept & torch.tensor([False, True, False])
    assert torch.equal(seen.value[..., 0][words], plain.value[..., 0][words])
    apart = (seen.value[..., 0] - plain.value[..., 0])[kept & ~words & (plain.value[..., 1] == 0)]
    assert float(apart.std()) == pytest.approx(0.1, rel=0.3)
    assert seen.value[..., 1][dropped].all()
    assert not dropped.all(-1).any()


def test_a_crop_keeps_about_the_share_of_the_columns_asked_for() -> None:
    names = [f"c{i}" for i in range(40)]
    rng = np.random.default_rng(0)
    wide = [Table.read(dict(zip(names, rng.normal(size=40).tolist(), strict=True))) for _ in range(50)]
    fitted = Table.adapt(wide)
    kept = 1 - fitted.crop(fitted.collate([[x] for x in wide]), draw(50), scale=(0.2, 0.3)).value[..., 1]
    assert float(kept.mean()) == pytest.approx(0.25, abs=0.03)


def test_a_crop_leaves_a_cell_of_every_row_that_has_one() -> None:
    value = torch.randn(400, 2, 8).masked_fill(torch.arange(8) % 2 == 0, torch.nan)
    value[0] = torch.nan
    kept, hidden = hide(value, 0.85, Draw(0, 0, torch.arange(400)))
    assert kept[1:].isfinite().any(-1).all()
    assert not (hidden & value.isnan()).any()
    assert 0.6 < hidden.sum() / value[1:].isfinite().sum() < 0.85


def test_a_blend_interpolates_numbers_and_splices_words(table: Table) -> None:
    own, other = (
        table.prepare(table.collate([[read_row({"income": x, "home": h, "children": c})]] * 101))
        for x, h, c in ((5000.0, "rent", 0), (None, "own", 3))
    )
    share = torch.linspace(0, 1, 101)
    mixed = table.blend(own, other, share).value[:, 0]
    torch.testing.assert_close(mixed[:, 2, 0], torch.lerp(other.value[:, 0, 2, 0], own.value[:, 0, 2, 0], share))
    assert set(mixed[:, 1, 0].tolist()) == {1.0, 2.0}
    assert torch.equal(mixed[0], other.value[0, 0])
    assert torch.equal(mixed[-1], own.value[0, 0])
    gone = mixed[:, 0, 1].bool()  # of a number that one of the two lacks there is no half
    assert gone.any()
    assert (mixed[~gone, 0, 0] == own.value[0, 0, 0, 0]).all()


# Tokens


def test_tokens_invert(table: Table, view: View) -> None:
    seen = table.prepare(view)
    cut = table.tokens(seen)
    assert cut.value.shape == (30, 2, *table.grid(seen), table.token_dim)
    assert torch.equal(table.untokens(cut.value, seen), seen.value)


def test_a_guess_by_the_columns_distribution_costs_about_one(table: Table) -> None:
    """In every column, numbers and words alike: mean and missing rate of numbers, frequencies of words."""
    cut = table.tokens(table.prepare(table.collate([[x] for x in items()]))).value[:, 0]
    guess = torch.zeros(N, 3, table.target_dim)
    for column, start in enumerate(table.layout.starts):
        value, missing = cut[:, column, 1], cut[:, column, 2].bool()
        if column == 1:
            codes = torch.where(missing, 4, value.long())
            guess[..., start : start + 5] = (torch.bincount(codes, minlength=5) / N).clamp_min(1e-6).log()
        else:
            guess[..., start] = value[~missing].mean()
            guess[..., start + 1] = -40.0 if not missing.any() else float(torch.logit(missing.float().mean()))
    cost = table.token_loss(guess, cut).mean(0)
    share = float(cut[:, 0, 2].mean())
    entropy = -share * math.log(share) - (1 - share) * math.log(1 - share)
    expected = torch.tensor([1 - share + entropy, 1.0, 1.0])
    torch.testing.assert_close(cost, expected, rtol=0.03, atol=0.0)


def test_a_right_prediction_costs_nothing(table: Table) -> None:
    cut = table.tokens(table.prepare(table.collate([[x] for x in items(40)]))).value[:, 0]
    told = torch.full((40, 3, table.target_dim), -60.0)
    for column, start in enumerate(table.layout.starts):
        value, missing = cut[:, column, 1], cut[:, column, 2].bool()
        if column == 1:
            told[torch.arange(40), column, start + torch.where(missing, 4, value.long())] = 60.0
        else:
            told[:, column, start] = value
            told[:, column, start + 1] = torch.where(missing, 60.0, -60.0)
    for loss in (table.token_loss, table.token_distance):
        assert float(loss(told, cut).abs().max()) < 1e-6


def test_a_prediction_of_one_column_does_not_touch_another(table: Table) -> None:
    cut = table.tokens(table.prepare(table.collate([[x] for x in items(8)]))).value[:, 0]
    guess = torch.zeros(8, 3, table.target_dim, requires_grad=True)
    table.token_loss(guess, cut)[:, 1].sum().backward()
    assert guess.grad is not None
    moved = guess.grad.abs().sum((0, 1)) > 0
    assert moved.tolist() == [False] * 2 + [True] * 5 + [False] * 2


# Networks


def test_the_tokeniser_is_the_papers(table: Table) -> None:
    """x w + b of a number, e[x] + b of a word (Gorishniy et al. 2021), m + b of a missing cell."""
    torch.manual_seed(0)
    embed = ColumnEmbedding(table.layout, 8)
    torch.nn.init.normal_(embed.missing)
    cut = table.tokens(table.prepare(table.collate([[read_row({"income": 700.0, "home": "own", "children": None})]])))
    got = embed(cut.value[0, 0])
    assert embed.words is not None
    torch.testing.assert_close(got[0], cut.value[0, 0, 0, 1] * embed.weight[0] + embed.bias[0])
    torch.testing.assert_close(got[1], embed.words.weight[2] + embed.bias[1])
    torch.testing.assert_close(got[2], embed.missing[2] + embed.bias[2])


@pytest.mark.parametrize("name", ["mlp", "vit"])
def test_missing_cells_are_told_from_average_ones(table: Table, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(table, "row", name, dim=32).eval()
    torch.nn.init.normal_(next(m for m in encoder.modules() if isinstance(m, ColumnEmbedding)).missing)
    values = torch.zeros(2, 1, 3, 2)
    values[..., 1, 0] = 1
    values[1, 0, 0, 1] = 1
    out = encoder(View(values, "table", torch.ones(2, 1, dtype=torch.bool))).pooled
    assert not torch.allclose(out[0], out[1])


@pytest.mark.parametrize("name", ["mlp", "vit"])
def test_rows_are_embedded_independently(table: Table, view: View, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(table, "row", name, dim=32).double()
    seen = table.prepare(view)
    together = encoder(seen).pooled
    alone = torch.cat([encoder(seen[i : i + 1]).pooled for i in range(30)])
    assert torch.allclose(together, alone, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", sorted(Table.encoders))
@pytest.mark.parametrize("columns", [["home"], ["income", "children"]], ids=["words", "numbers"])
def test_columns_of_one_kind_are_enough(name: str, columns: list[str]) -> None:
    many = [Table.read({c: row[c] for c in columns}) for row in rows(60)]
    table = Table.adapt(many)
    out = build_encoder(table, "row", name)(table.prepare(table.collate([[one] for one in many])))
    assert out.pooled.isfinite().all()
    assert out.pooled[:, 0].std(0).max() > 0


def test_raw_rows_are_finite_numbers_that_tell_missing(table: Table, view: View) -> None:
    raw = table.raw(view)
    assert raw.isfinite().all()
    assert torch.equal(raw[..., :3].bool(), view.value.isnan())
    assert torch.equal(raw[..., 7:].sum(-1) == 1, ~view.value[..., 1].isnan())


def test_raw_rows_have_numbers_as_scores_and_as_they_are() -> None:
    rng = np.random.default_rng(0)
    n = rng.gamma(2, size=4000)
    fitted = Table.adapt([Table.read({"n": x}) for x in n.tolist()])
    missing, score, plain = fitted.raw(fitted.collate([[Table.read({"n": x})] for x in n.tolist()]))[:, 0].T
    assert not missing.any()
    middle = n.argsort()[20:-20]
    np.testing.assert_allclose(score[middle], norm.ppf((np.arange(4000) + 0.5) / 4000)[20:-20], atol=0.1)
    np.testing.assert_allclose(plain, (n - n.mean()) / n.std(), atol=0.1)


def test_numbers_as_they_are_do_not_overflow() -> None:
    known = [1e300, -1e300, 1.0, 1e200] * 5
    fitted = Table.adapt([Table.read({"n": x}) for x in known])
    raw = fitted.raw(fitted.collate([[Table.read({"n": x})] for x in (*known, 1e308)]))
    assert raw.isfinite().all()
    assert raw[0, 0, 2] > 1 > raw[2, 0, 2] > -1 > raw[1, 0, 2]


def test_words_without_a_code_are_noted(table: Table) -> None:
    row = {"income": 1.0, "home": "own", "children": 1}
    assert not any(table.notes(item) for item in items(40))
    assert not table.notes(read_row({**row, "more": "x", "home": None}))
    assert table.notes(read_row({**row, "home": "castle"})) == ["with a word in home that has no code of its own"]


def test_truth_values_are_one_word_however_they_are_written() -> None:
    fitted = Table.adapt([Table.read({"ok": i % 3 == 0}) for i in range(9)])
    for said in (False, "False", "FALSE", "false", np.bool_(False)):
        assert fitted.collate([[Table.read({"ok": said})]]).value.item() == 1
    old = fitted.config()
    old["columns"][0]["words"] = ["False", "True"]  # as runs before this may have them
    assert Table(**old).collate([[Table.read({"ok": "true"})]]).value.item() == 2


DAY = 86_400.0


def test_dates_given_as_text_are_read_where_the_column_is_of_dates() -> None:
    days = [date(2024, 1, 1) + timedelta(days=i) for i in range(30)]
    fitted = Table.adapt([Table.read({"day": day, "n": i * DAY}) for i, day in enumerate(days)])
    fitted = Table(**json.loads(json.dumps(fitted.config())))
    as_date, as_text = ({"day": day, "n": 1.0} for day in (days[4], "2024-01-05"))
    assert torch.equal(*(fitted.collate([[Table.read(row)]]).value for row in (as_date, as_text)))
    assert fitted.show(fitted.collate([[Table.read(as_text)]]))[0][0].startswith("day 2024-01-05")  # type: ignore[union-attr]
    assert "column 'day' is 'soon' here, and the run was trained with dates" in str(
        fitted.unfit(Table.read({"day": "soon", "n": 1.0}))
    )
    assert "column 'n' is '2024-01-05' here, and the run was trained with numbers" in str(
        fitted.unfit(Table.read({"day": days[0], "n": "2024-01-05"}))
    )


def test_runs_saved_before_columns_said_whether_they_are_of_dates_load() -> None:
    told = Table.adapt(items(60)).config()
    assert [told["columns"][0].pop("dates"), told["columns"][2].pop("dates")] == [False, False]
    assert Table(**told).unfit(items(1)[0]) is None
