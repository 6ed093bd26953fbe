from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from coview.batch import View
from coview.errors import UserError
from coview.modalities.registry import modality_class, modality_from_config
from coview.modalities.text import Text
from coview.modalities.text.tokenizer import PAD
from coview.nn.encoder import build_encoder
from coview.views.draw import Draw

CORPUS = [
    "a red apple", "two green apples on a table", "the cat sat on the mat", "a dog", "grinning face with big eyes",
    "woman walking in the rain", "three old houses by the sea", "a small bird sings", "hand", "full moon over the hill",
]  # fmt: skip
SMALL = {"bag": {"dim": 16}, "conv": {"dim": 16}, "vit": {"dim": 32, "depth": 2}}


@pytest.fixture(scope="module")
def text() -> Text:
    return Text.adapt(CORPUS * 2, length=12)


@pytest.fixture
def view(text: Text) -> View:
    return text.collate([[a, None, b] for a, b in zip(CORPUS, CORPUS[::-1], strict=True)])


def draw(n: int, step: int = 0) -> Draw:
    return Draw(0, step, torch.arange(n) * 7919)


def test_it_is_found_by_name() -> None:
    assert modality_class("text") is Text


def test_config_as_json_gives_the_same_modality(text: Text, view: View) -> None:
    saved = json.loads(json.dumps({"modality": "text", **text.config()}))
    again = modality_from_config(saved)
    other = again.collate([[a, None, b] for a, b in zip(CORPUS, CORPUS[::-1], strict=True)])
    assert torch.equal(view.value, other.value)
    assert again.target_dim == text.target_dim
    assert again.config() == text.config()


def test_length_is_the_95th_percentile_up_to_128() -> None:
    assert Text.adapt(["cat"] * 95 + ["cat cat"] * 5).length == 2
    assert Text.adapt(["cat"] * 96 + ["cat cat"] * 4).length == 1
    assert Text.adapt(["cat " * 300] * 3).length == 128


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"size": 3}, "has no option 'size'; it has vocabulary, length, lower"),
        ({"vocabulary": 100}, "between 259 and"),
        ({"scale": "0.5,0.1"}, "least and the greatest"),
        ({"length": 0}, "between 1 and 4,096"),
    ],
)
def test_wrong_options_are_explained(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        Text.adapt(CORPUS, **options)


def test_no_text_at_all_is_explained() -> None:
    with pytest.raises(UserError, match="no text"):
        Text.adapt([])


def test_collate_pads_and_marks_what_is_absent(text: Text, view: View) -> None:
    assert view.length is not None
    assert view.value.shape == (10, 3, 12)
    assert view.present.tolist() == [[True, False, True]] * 10
    assert (view.length[:, 1] == 0).all()
    assert view.valid is not None
    assert torch.equal(view.value != PAD, view.valid)


def test_show_gives_the_text_back(text: Text, view: View) -> None:
    assert [row[0] for row in text.show(view)] == CORPUS
    assert all(row[1] is None for row in text.show(view))


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_any_number_of_views_some_absent(text: Text, width: int) -> None:
    items = [[c if (i + v) % 3 else None for v in range(width)] for i, c in enumerate(CORPUS)]
    stored = text.collate(items)
    for prepared in (text.prepare(stored), text.augment(stored, draw(10))):
        assert prepared.value.shape[:2] == (10, width)
        for name in text.encoders:
            out = build_encoder(text, "caption", name, **SMALL[name])(prepared)
            assert out.pooled.shape[:2] == (10, width)
            assert out.pooled.isfinite().all()
            assert not out.pooled[~stored.present].any()


def test_augmented_text_is_a_subsequence(text: Text, view: View) -> None:
    for step in range(5):
        out = text.augment(view, draw(10, step))
        assert out.length is not None
        for whole, part, there, n in zip(
            view.value.flatten(0, 1).tolist(), out.value.flatten(0, 1).tolist(), view.present.flatten(),
            out.length.flatten().tolist(), strict=True,
        ):  # fmt: skip
            left = iter(whole)
            assert all(symbol in left for symbol in part[:n])
            assert part[n:] == [PAD] * (len(part) - n)
            assert n >= 1 if there else n == 0


def test_params_say_what_was_kept(text: Text, view: View) -> None:
    out = text.augment(view, draw(10))
    span, kept = out.params["span"], out.params["kept"]
    for b in range(10):
        ids = view.value[b, 0]
        assert view.length is not None
        begin, end = (span[b, 0] * view.length[b, 0]).round().long().tolist()
        inside = ids[begin:end][kept[b, 0, : end - begin]]
        assert torch.equal(inside, out.value[b, 0][: len(inside)])
        assert out.length is not None
        assert len(inside) == out.length[b, 0]


def test_about_a_tenth_is_dropped(text: Text) -> None:
    long = Text(text.pairs.merges, 128)
    stored = long.collate([["the cat " * 64]] * 200)
    out = long.crop(stored, draw(200), scale=(1.0, 1.0))
    assert out.length is not None
    assert stored.length is not None
    assert 0.88 < float(out.length.sum() / stored.length.sum()) < 0.92


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_crop_takes_its_share_and_size(text: Text, share: float) -> None:
    stored = text.collate([["a cat on the mat by the sea with big red eyes"]] * 50)
    out = text.crop(stored, draw(50), scale=(share, share), size=0.5)
    assert out.value.shape[2] == 6
    assert stored.length is not None
    taken = (out.params["span"][..., 1] - out.params["span"][..., 0]) * stored.length
    expected = min(6, max(4, round(share * int(stored.length[0, 0]))))
    assert torch.allclose(taken, torch.full_like(taken, expected), atol=1e-4)


def test_augmented_looks_share_no_more_than_they_may(text: Text) -> None:
    stored = text.collate([["a cat on the mat by the sea with big red eyes and a long tail"] * 2] * 100)
    out = text.augment(stored, draw(100))
    taken = (out.params["span"][..., 1] - out.params["span"][..., 0]) * stored.length
    assert float(taken.min()) == pytest.approx(4, abs=1e-4)
    assert float(taken.max()) <= 0.5 * text.length + 0.5


def test_augmenting_parts_or_permuted_samples_is_augmenting_all(text: Text, view: View) -> None:
    whole, keys = text.augment(view, draw(10)), draw(10)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(1))
    for rows in (torch.arange(3), torch.arange(3, 10), order):
        part = text.augment(view[rows], keys.of(keys.key[rows]))
        assert torch.equal(part.value, whole.value[rows])
        for name, value in part.params.items():
            assert torch.equal(value, whole.params[name][rows])


def test_looks_differ_between_steps_and_views(text: Text) -> None:
    stored = text.collate([[c, c] for c in CORPUS])
    first, second = text.augment(stored, draw(10, 0)), text.augment(stored, draw(10, 1))
    assert not torch.equal(first.value, second.value)
    assert not torch.equal(first.value[:, 0], first.value[:, 1])


@pytest.mark.parametrize("name", ["bag", "conv", "vit"])
def test_padding_does_not_reach_the_embedding(text: Text, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(text, "caption", name, **SMALL[name]).double().eval()
    short = text.collate([["a cat"]])
    assert short.length is not None
    n = int(short.length)
    bare = encoder(short.with_value(short.value[:, :, :n]))
    longer = short.with_value(torch.cat([short.value, torch.full((1, 1, 5), 77)], 2))
    for padded in (short, longer):
        assert torch.allclose(encoder(padded).pooled, bare.pooled, rtol=1e-12)


@pytest.mark.parametrize("name", ["bag", "conv", "vit"])
def test_in_eval_mode_samples_are_independent(text: Text, view: View, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(text, "caption", name, **SMALL[name]).double().eval()
    together = encoder(view).pooled
    alone = torch.cat([encoder(view[i : i + 1]).pooled for i in range(10)])
    assert torch.allclose(together, alone, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", ["conv", "vit"])
def test_order_matters_to_all_but_the_bag(text: Text, name: str) -> None:
    torch.manual_seed(0)
    pair = text.collate([["red cat green dog", "green dog red cat"]])
    bag, other = build_encoder(text, "caption", "bag"), build_encoder(text, "caption", name, **SMALL[name])
    one, two = bag(pair).pooled[0]
    assert torch.allclose(one, two, atol=1e-5)
    one, two = other(pair).pooled[0]
    assert not torch.allclose(one, two, atol=1e-4)


def test_what_is_masked_does_not_leak(text: Text) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(text, "caption", "vit", **SMALL["vit"]).eval()
    view = text.collate([["a red cat"], ["a red dog"]])
    differs = (view.value[0] != view.value[1])[None].expand(2, -1, -1)
    out = encoder(view, masked=differs)
    assert view.valid is not None
    assert out.tokens is not None
    assert torch.equal(out.tokens[0], out.tokens[1])
    assert not torch.equal(*encoder(view).pooled)


def test_tokens_are_the_ids_and_back(text: Text, view: View) -> None:
    cut = text.tokens(view)
    assert torch.equal(cut.value, view.value)
    assert text.grid(view) == (12,)
    assert torch.equal(text.untokens(cut.value + 5, view) - 5 * view.valid.long(), view.value)  # type: ignore[union-attr]


def test_token_loss_of_even_logits_is_log_of_the_vocabulary(text: Text, view: View) -> None:
    even = torch.zeros(10, 3, 12, text.target_dim)
    each = text.token_loss(even, view.value)
    assert each.shape == (10, 3, 12)
    assert torch.allclose(each, torch.full_like(each, math.log(text.target_dim)))


def test_token_loss_of_certainty_is_nothing(text: Text, view: View) -> None:
    certain = torch.nn.functional.one_hot(view.value, text.target_dim) * 1e4
    assert text.token_loss(certain.float(), view.value).max() == 0


def test_raw_row_is_a_unit_bag_of_words(text: Text) -> None:
    stored = text.collate([["a cat on the mat", "mat the on cat a", None], ["a cat on the mat", "a dog", None]])
    raw = text.raw(stored)
    assert raw.shape == (2, 3, 1024)
    assert torch.allclose(raw[0, 0], raw[0, 1])
    assert torch.allclose(raw[:, :2].norm(dim=2), torch.ones(2, 2))
    assert not raw[:, 2].any()
    assert raw[1, 0] @ raw[1, 1] < 0.9


def test_a_text_is_noted_where_some_of_its_tokens_are_left_out() -> None:
    text = Text.adapt(["cat"] * 20, length=5, vocabulary=259)  # a token a byte, and the space before a word
    assert text.notes("cats") == []
    assert text.notes("a cat") == ["cut after 5 tokens (text.length)"]


@given(st.lists(st.text(st.sampled_from("aİकz़ é"), max_size=12), min_size=1, max_size=5))
def test_notes_are_the_same_before_and_after_texts_are_collated(texts: list[str]) -> None:
    text = Text.adapt(CORPUS, length=9)
    text.collate([["another block"]])
    before = [text.notes(one) for one in texts]
    view = text.collate([texts])
    assert [text.notes(one) for one in texts] == before
    assert view.length is not None
    assert all(not note or n == 9 for note, n in zip(before, view.length[0].tolist(), strict=True))


def test_what_is_known_of_texts_is_of_the_vocabulary_that_cut_them() -> None:
    short, long = Text.adapt(["cat"] * 20, length=5), Text.adapt(["cat"] * 20, length=5, vocabulary=259)
    short.collate([["cat cat"]])
    assert short.notes("cat cat") == []
    assert long.notes("cat cat")
