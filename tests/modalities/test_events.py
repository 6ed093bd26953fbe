from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import torch

from coview.batch import View
from coview.errors import UserError
from coview.modalities.events import Events
from coview.modalities.events.read import History, read_history
from coview.modalities.registry import modality_class, modality_from_config
from coview.nn.encoder import build_encoder
from coview.views.draw import Draw

SMALL = {"gru": {"dim": 16}, "vit": {"dim": 32, "depth": 2}}
PLAIN = {"dropout": 0.0, "hide": 0.0}
"""Augmentation that takes a stretch and does nothing else."""
GAP, PRICE, GOODS, SHOP = range(4)


def shopping(n: int, visits: int | None = None) -> History:
    """Visits with two fields of words and one of numbers, its own for every n."""
    rng = np.random.default_rng(n)
    visits = visits or int(rng.integers(4, 13))
    return read_history(
        {
            "time": rng.exponential(50, visits).cumsum(),
            "price": np.where(rng.random(visits) < 0.2, np.nan, rng.lognormal(1, 0.5, visits)),
            "goods": rng.choice(["bread", "milk", "tea"], visits, p=[0.6, 0.3, 0.1]).tolist(),
            "shop": rng.choice(["north", "south"], visits).tolist(),
        }
    )


PEOPLE = [shopping(n) for n in range(10)]


@pytest.fixture(scope="module")
def events() -> Events:
    return Events.adapt(PEOPLE, length=12)


@pytest.fixture
def view(events: Events) -> View:
    return events.collate([[a, None, b] for a, b in zip(PEOPLE, PEOPLE[::-1], strict=True)])


def draw(n: int, step: int = 0) -> Draw:
    return Draw(0, step, torch.arange(n) * 7919)


def same(a: View, b: View) -> None:
    assert torch.equal(a.value.nan_to_num(9e9), b.value.nan_to_num(9e9))
    assert torch.equal(a.present, b.present)
    assert a.length is not None
    assert b.length is not None
    assert torch.equal(a.length, b.length)
    assert a.params.keys() == b.params.keys()
    assert all(torch.equal(a.params[name], b.params[name]) for name in a.params)


def test_it_is_found_by_name() -> None:
    assert modality_class("events") is Events


def test_config_as_json_gives_the_same_modality(events: Events, view: View) -> None:
    again = modality_from_config(json.loads(json.dumps({"modality": "events", **events.config()})))
    assert again.config() == events.config()
    same(again.collate([[p] for p in PEOPLE]), events.collate([[p] for p in PEOPLE]))
    same(again.augment(view, draw(10)), events.augment(view, draw(10)))


def test_stored_fields_are_gap_numbers_and_codes(events: Events) -> None:
    stored = events.collate([[PEOPLE[0]]])
    one = dict(zip(PEOPLE[0].names, PEOPLE[0].values, strict=True))
    assert PEOPLE[0].time is not None
    n = PEOPLE[0].events
    rows = stored.value[0, 0, :n]
    assert rows[0, GAP].isnan()
    np.testing.assert_allclose(rows[1:, GAP], np.diff(PEOPLE[0].time), rtol=1e-6)
    (number,) = events.fields.numbers
    np.testing.assert_allclose(rows[:, PRICE] * number.std + number.mean, one["price"], rtol=1e-5)
    goods, shop = events.fields.categories
    assert goods.words == ("bread", "milk", "tea")
    assert [goods.words[int(c) - 1] for c in rows[:, GOODS]] == one["goods"].tolist()
    assert [shop.words[int(c) - 1] for c in rows[:, SHOP]] == one["shop"].tolist()


def test_numbers_have_mean_0_and_deviation_1_over_the_data(events: Events) -> None:
    prices = events.collate([[p] for p in PEOPLE])
    assert prices.valid is not None
    known = prices.value[prices.valid][:, PRICE]
    known = known[known.isfinite()]
    assert known.mean().abs() < 1e-5
    assert abs(float(known.std(correction=0)) - 1) < 1e-5


def test_the_unit_of_time_does_not_matter() -> None:
    hours = [p._replace(time=p.time / 3600) for p in PEOPLE if p.time is not None]
    a, b = Events.adapt(PEOPLE), Events.adapt(hours)
    one, two = a.prepare(a.collate([[p] for p in PEOPLE])), b.prepare(b.collate([[p] for p in hours]))
    assert torch.allclose(one.value, two.value, atol=1e-4)


def test_a_word_that_training_did_not_meet_reads_as_other(events: Events) -> None:
    price, goods, shop = PEOPLE[0].values
    other = PEOPLE[0]._replace(values=(price, np.full_like(goods, "wine"), shop))
    rows = events.collate([[other]]).value[0, 0, : other.events]
    assert not rows[:, GOODS].any()
    assert rows[:, SHOP].all()


def test_a_word_met_once_reads_as_other_too() -> None:
    once = read_history({"goods": ["bread", "bread", "tea", "milk", "milk"]})
    assert Events.adapt([once]).fields.categories[0].words == ("bread", "milk")
    assert Events.adapt([once], most=1).fields.categories[0].words == ("bread",)


def test_what_is_missing_is_told_and_never_read(events: Events) -> None:
    seen = events.prepare(events.collate([[p] for p in PEOPLE]))
    given, there = seen.value.chunk(2, -1)
    assert seen.value.isfinite().all()
    assert not given[there == 0].any()
    missing = sum(int(np.isnan(p.values[0]).sum()) for p in PEOPLE)
    assert seen.valid is not None
    assert int((there[seen.valid][:, PRICE] == 0).sum()) == missing > 0
    assert int((there[seen.valid][:, GAP] == 0).sum()) == 10


def test_an_entity_of_one_event_is_read(events: Events) -> None:
    one = events.collate([[shopping(3, 1)]])
    assert one.length is not None
    assert one.length.tolist() == [[1]]
    for name in events.encoders:
        encoder = build_encoder(events, "visits", name, **SMALL[name])
        for look in (events.prepare(one), events.augment(one, draw(1))):
            assert encoder(look).pooled.isfinite().all()


def test_the_latest_events_are_kept(events: Events) -> None:
    long = shopping(1, 40)
    stored = events.collate([[long]])
    assert long.time is not None
    np.testing.assert_allclose(stored.value[0, 0, :, GAP], np.diff(long.time)[-12:], rtol=1e-5)


def test_numbers_named_as_categorical_are_words() -> None:
    rows = [read_history({"film": [242, 302, 242, 302], "stars": [1.0, 2.0, 3.0, 4.0]})]
    assert [n.name for n in Events.adapt(rows).fields.numbers] == ["film", "stars"]
    fields = Events.adapt(rows, categorical="film").fields
    assert fields.categories[0].words == ("242", "302")
    assert [n.name for n in fields.numbers] == ["stars"]


def test_a_field_that_says_nothing_is_left_out_and_named() -> None:
    rows = [read_history({"goods": ["a", "b", "a", "b"], "shop": ["x"] * 4, "price": [np.nan] * 4, "tax": [2.0] * 4})]
    with pytest.warns(UserWarning, match="always missing or the same: shop, price, tax"):
        fields = Events.adapt(rows).fields
    assert fields.width == 2


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"size": 3}, "has no option 'size'; it has length, categorical, most"),
        ({"length": 0}, "length is 0; it must lie between 1 and 4,096"),
        ({"dropout": 1.0}, r"dropout is 1\.0"),
        ({"categorical": "film"}, "no field 'film' .*they have price, goods, shop"),
        ({"predict": "price"}, "no field of words 'price' to predict; they have goods, shop"),
    ],
)
def test_wrong_options_are_explained(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        Events.adapt(PEOPLE, **options)


def test_nothing_to_tell_events_apart_is_explained() -> None:
    with pytest.raises(UserError, match="no events to take fields from"):
        Events.adapt([])
    with pytest.raises(UserError, match="nothing tells events apart: shop are always missing or the same"):
        Events.adapt([read_history({"shop": ["x", "x"]})])


def test_what_does_not_fit_says_why(events: Events) -> None:
    assert events.unfit(read_history({"colour": ["red"]})) == "has none of the fields price, goods, shop"
    assert events.unfit(read_history({"price": ["cheap"]})) == "has 'cheap' as price, a field of numbers"
    assert events.unfit(read_history({"price": ["inf"]})) == "has 'inf' as price, which is not finite"
    assert events.unfit(read_history({"goods": ["tea"]})) is None


def test_a_number_too_far_from_the_others_for_float32_does_not_fit() -> None:
    made = Events.adapt([read_history({"x": [0.001, 0.002, 0.003]})])
    wild = read_history({"x": [0.001, 3e38]})
    assert str(made.unfit(wild)).startswith("has 3e+38 as x: less the mean 0.002")
    assert not made.collate([[wild]]).present.any()


def test_numbers_given_as_text_are_read_as_numbers(events: Events) -> None:
    as_text, plain = (read_history({"price": p, "goods": ["tea"] * 3}) for p in (["12.5", "3", None], [12.5, 3, None]))
    same(events.collate([[as_text]]), events.collate([[plain]]))


DAYS = ["2024-01-02", "2024-03-01", "2024-02-01"]


def test_dates_given_as_text_are_read_where_the_field_is_of_dates() -> None:
    days = np.array(DAYS, "datetime64[ns]")
    made = Events.adapt([read_history({"day": days, "n": [1.0, 2.0, 4.0]})] * 2)
    text, date = (read_history({"day": given, "n": [1.0] * 3}) for given in (DAYS, days))
    same(made.collate([[text]]), made.collate([[date]]))
    assert made.unfit(read_history({"day": ["soon"]})) == "has 'soon' as day, a field of dates"
    assert made.unfit(read_history({"n": DAYS})) == "has '2024-01-02' as n, a field of numbers"
    again = Events(**json.loads(json.dumps(made.config())))
    same(again.collate([[text]]), made.collate([[date]]))


def test_truth_values_are_one_word_however_they_are_written() -> None:
    made = Events.adapt([read_history({"paid": [True, False, True, False, True]})])
    for given in (["True", "false"], ["TRUE", "FALSE"], ["true", None], np.array([True, False])):
        assert made.collate([[read_history({"paid": given})]]).value[0, 0, 0, 1] == 1
    old = made.config()
    old["fields"]["categories"][0]["words"] = ["True", "False"]  # as runs before this have them
    assert Events(**old).collate([[read_history({"paid": ["true", "False"]})]]).value[0, 0, :2, 1].tolist() == [1, 2]


def test_what_is_read_otherwise_is_noted(events: Events) -> None:
    assert not events.notes(PEOPLE[0])
    assert events.notes(read_history({"goods": ["tea", "wine", None]})) == [
        "without the field price, read as missing",
        "without the field shop, read as missing",
        "without the field time, read as missing",
        "with a word in goods that has no code of its own",
    ]
    untimed = [person._replace(time=None) for person in PEOPLE]
    assert not Events.adapt(untimed).notes(untimed[0])


def test_a_field_of_numbers_that_one_entity_has_nothing_in_stays_one_of_numbers() -> None:
    rows = [read_history({"price": [1.0, 2.0]}), read_history({"price": [None, None]})]
    made = Events.adapt(rows)
    assert [n.name for n in made.fields.numbers] == ["price"]
    assert made.unfit(rows[1]) is None


def test_a_field_that_one_entity_lacks_is_missing_there(events: Events) -> None:
    stored = events.collate([[read_history({"goods": ["tea", "milk"]})]]).value[0, 0, :2]
    assert stored[:, [GAP, PRICE, SHOP]].isnan().all()
    assert stored[:, GOODS].tolist() == [3, 2]


@pytest.mark.parametrize("width", [1, 2, 3])
def test_any_number_of_views_some_absent(events: Events, width: int) -> None:
    items = [[p if (i + v) % 3 else None for v in range(width)] for i, p in enumerate(PEOPLE)]
    stored = events.collate(items)
    for prepared in (events.prepare(stored), events.augment(stored, draw(10))):
        for name in events.encoders:
            out = build_encoder(events, "visits", name, **SMALL[name])(prepared)
            assert out.pooled.shape[:2] == (10, width)
            assert out.pooled.isfinite().all()
            assert not out.pooled[~stored.present].any()


def test_a_stretch_alone_is_events_as_they_were() -> None:
    plain = Events.adapt(PEOPLE, length=12, **PLAIN)
    stored = plain.collate([[p] for p in PEOPLE])
    whole, out = plain.prepare(stored), plain.augment(stored, draw(10))
    for b in range(10):
        assert stored.length is not None
        assert out.length is not None
        begin, end = (out.params["span"][b, 0] * stored.length[b, 0]).round().long().tolist()
        assert end - begin == int(out.length[b, 0])
        assert torch.equal(out.value[b, 0, : end - begin], whole.value[b, 0, begin:end])


def test_events_left_out_are_gone_and_their_time_is_not() -> None:
    made = Events.adapt(PEOPLE, length=12, dropout=0.5, hide=0.0, crop=1.0)
    stored = made.collate([[p] for p in PEOPLE])
    out = made.augment(stored, draw(10))
    assert out.length is not None
    assert stored.length is not None
    for b, person in enumerate(PEOPLE):
        kept = out.params["kept"][b, 0, : person.events].numpy()
        n = int(out.length[b, 0])
        assert n == kept.sum() >= 1
        fewer = History(person.time[kept], person.names, tuple(v[kept] for v in person.values))  # type: ignore[index]
        want = made.prepare(made.collate([[fewer]])).value[0, 0, :n]
        got = out.value[b, 0, :n]
        first = 0 if kept[0] else 1  # the first that stays keeps its gap to an event that is gone
        assert torch.allclose(got[first:], want[first:], atol=1e-4)
        assert torch.equal(got[0, [PRICE, GOODS, SHOP]], want[0, [PRICE, GOODS, SHOP]])
    assert int(out.length.sum()) < int(stored.length.sum())


def test_hidden_fields_are_missing_or_other() -> None:
    made = Events.adapt(PEOPLE, length=12, dropout=0.0, hide=0.5, crop=1.0)
    stored = made.collate([[p] for p in PEOPLE])
    whole, out = made.prepare(stored), made.augment(stored, draw(10))
    hidden = out.params["hidden"] & whole.valid[..., None]  # type: ignore[index]
    given, there = out.value.chunk(2, -1)
    was, had = whole.value.chunk(2, -1)
    assert not there[..., :2][hidden[..., :2]].any()
    assert not given[..., 2:][hidden[..., 2:]].any()
    assert torch.equal(given[~hidden], was[~hidden])
    assert torch.equal(there[..., 2:], had[..., 2:])


def test_augmenting_parts_or_permuted_samples_is_augmenting_all(events: Events, view: View) -> None:
    whole, keys = events.augment(view, draw(10)), draw(10)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(1))
    for rows in (torch.arange(3), torch.arange(3, 10), order):
        same(events.augment(view[rows], keys.of(keys.key[rows])), whole[rows])


def test_looks_differ_between_steps_and_views(events: Events) -> None:
    stored = events.collate([[p, p] for p in PEOPLE])
    first, second = events.augment(stored, draw(10, 0)), events.augment(stored, draw(10, 1))
    assert not torch.equal(first.value, second.value)
    assert not torch.equal(first.value[:, 0], first.value[:, 1])


@pytest.mark.parametrize("name", ["gru", "vit"])
def test_padding_does_not_reach_the_embedding(events: Events, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(events, "visits", name, **SMALL[name]).double().eval()
    short = events.prepare(events.collate([[shopping(5, 6)]]))
    bare = encoder(short.with_value(short.value[:, :, :6]))
    rubbish = torch.ones(1, 1, 5, short.value.shape[-1])
    for padded in (short, short.with_value(torch.cat([short.value, rubbish], 2))):
        assert torch.allclose(encoder(padded).pooled, bare.pooled, rtol=1e-10)


@pytest.mark.parametrize("name", ["gru", "vit"])
def test_in_eval_mode_samples_are_independent(events: Events, view: View, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(events, "visits", name, **SMALL[name]).double().eval()
    seen = events.prepare(view)
    together = encoder(seen).pooled
    alone = torch.cat([encoder(seen[i : i + 1]).pooled for i in range(10)])
    assert torch.allclose(together, alone, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", ["gru", "vit"])
def test_words_numbers_times_and_their_order_matter(events: Events, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(events, "visits", name, **SMALL[name]).eval()
    base = {"time": [0.0, 9.0, 30.0], "price": [1.0, 5.0, 2.0], "goods": ["tea", "milk", "tea"], "shop": ["north"] * 3}
    others = [
        {"time": [0.0, 20.0, 30.0]},
        {"price": [1.0, 5.0, np.nan]},
        {"goods": ["tea", "milk", "bread"]},
        {"goods": ["tea", "milk", "wine"]},
        {"price": [5.0, 1.0, 2.0], "goods": ["milk", "tea", "tea"]},
    ]
    items = [[read_history(base | change)] for change in ({}, *others)]
    out = encoder(events.prepare(events.collate(items))).pooled[:, 0]
    assert (out[1:] - out[0]).abs().amax(1).min() > 1e-3


def test_what_is_masked_does_not_leak_through_any_field(events: Events) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(events, "visits", "vit", **SMALL["vit"]).eval()
    a, b = shopping(1, 6), shopping(2, 6)
    values = (np.where(np.arange(6) == 3, y, x) for x, y in zip(a.values, b.values, strict=True))
    mixed = a._replace(values=tuple(values))
    seen = events.prepare(events.collate([[a], [mixed]]))
    hidden = torch.zeros(2, 1, 12, dtype=torch.bool)
    hidden[..., 3] = True
    out = encoder(seen, masked=hidden)
    assert out.tokens is not None
    assert torch.equal(out.tokens[0], out.tokens[1])
    assert not torch.equal(*encoder(seen).pooled)


def test_token_loss_of_a_guess_by_frequency_is_about_1(events: Events) -> None:
    seen = events.prepare(events.collate([[p] for p in PEOPLE]))
    guess = [torch.zeros(2)]
    for category, field in zip(events.fields.categories, (GOODS, SHOP), strict=True):
        codes = seen.value[seen.valid][:, field].long()  # type: ignore[index]
        guess.append((torch.bincount(codes, minlength=category.codes) / len(codes)).clamp_min(1e-9).log())
    tokens = seen.value[seen.valid]  # type: ignore[index]
    each = events.token_loss(torch.cat(guess).expand(len(tokens), -1), tokens)
    assert abs(float(each.mean()) - 1) < 0.1


def test_token_loss_of_the_truth_is_nothing_and_of_a_miss_is_its_size(events: Events) -> None:
    tokens = events.prepare(events.collate([[p] for p in PEOPLE])).value
    given, there = tokens.chunk(2, -1)
    words = [torch.nn.functional.one_hot(given[..., 2 + k].long(), n) * 1e4 for k, n in enumerate(events.codes)]
    truth = torch.cat([given[..., :2], *words], -1)
    assert events.token_loss(truth, tokens).abs().max() < 1e-4
    wrong = truth.clone()
    wrong[..., PRICE] += 3
    priced = there[..., PRICE] / there.sum(-1).clamp_min(1)
    assert torch.allclose(events.token_loss(wrong, tokens), 9 * priced, atol=1e-4)
    assert torch.allclose(events.token_distance(wrong, tokens), 3 * priced, atol=1e-4)


def test_even_logits_cost_the_logarithm_over_the_entropy() -> None:
    made = Events.adapt([read_history({"goods": ["a", "b", "c", "d"] * 5})])
    tokens = made.prepare(made.collate([[read_history({"goods": ["b"]})]])).value[0, 0, :1]
    assert math.isclose(float(made.token_loss(torch.zeros(1, 6), tokens)), math.log(5) / math.log(4), rel_tol=1e-6)


def test_blended_histories_are_spliced(events: Events) -> None:
    seen = events.prepare(events.collate([[shopping(1, 8)], [shopping(2, 4)]]))
    out = events.blend(seen, seen[[1, 0]], torch.tensor([0.5, 0.5]))
    assert out.length is not None
    assert out.length[:, 0].tolist() == [6, 6]
    assert torch.equal(out.value[0, 0, :4], seen.value[0, 0, :4])
    assert torch.equal(out.value[0, 0, 4:6], seen.value[1, 0, 2:4])
    assert not out.value[0, 0, 6:].any()


def test_raw_row_is_means_deviations_and_shares(events: Events) -> None:
    person = PEOPLE[2]
    raw = events.raw(events.collate([[person]]))[0, 0]
    (number,) = events.fields.numbers
    prices = (person.values[0] - number.mean) / number.std
    np.testing.assert_allclose(raw[1], np.nanmean(prices), rtol=1e-4)
    np.testing.assert_allclose(raw[3], np.nanstd(prices), rtol=1e-4)
    goods = person.values[1].tolist()
    expected = [0.0, *(goods.count(w) / len(goods) for w in ("bread", "milk", "tea"))]
    np.testing.assert_allclose(raw[4:8], expected, rtol=1e-6)
    assert float(raw[-1]) == pytest.approx(math.log1p(person.events))


def test_pictures_are_drawn_of_what_is_there(events: Events, view: View) -> None:
    for rows in (events.show(view), events.show_prepared(events.augment(view, draw(10)))):
        assert all(row[1] is None for row in rows)
        assert all(row[0].size == (192, 96) for row in rows)
        assert len({row[0].tobytes() for row in rows}) == 10


@pytest.mark.parametrize("name", sorted(Events.encoders))
def test_events_of_words_without_times_are_enough(name: str) -> None:
    people = [read_history({"goods": np.random.default_rng(n).choice(["bread", "tea"], 5).tolist()}) for n in range(9)]
    events = Events.adapt(people)
    out = build_encoder(events, "visits", name)(events.prepare(events.collate([[one] for one in people])))
    assert out.pooled.isfinite().all()
    assert out.pooled[:, 0].std(0).max() > 0
