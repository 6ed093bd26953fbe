from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from coview.modalities.text.tokenizer import PAD, RESERVED, BytePairs

CORPUS = ["the cat sat on the mat", "the dog sat on the cat", "日本の猫", "Émile l'éléphant"] * 3
CASED = BytePairs.train(CORPUS, 512, lower=False)
LOWER = BytePairs.train(CORPUS, 512, lower=True)
texts = st.text(st.characters(exclude_categories=("Cs",)), min_size=1).map(str.strip).filter(bool)


@given(texts)
@settings(max_examples=200, deadline=None)
def test_any_text_survives_the_round_trip(text: str) -> None:
    for pairs in (CASED, LOWER):
        (ids,) = pairs.encode([text])
        assert pairs.decode(ids) == pairs.normalise(text)


@given(texts)
@settings(max_examples=100, deadline=None)
def test_ids_are_never_reserved_ones(text: str) -> None:
    (ids,) = CASED.encode([text])
    assert ids
    assert min(ids) >= RESERVED
    assert max(ids) < CASED.size


def test_words_that_name_reserved_symbols_are_plain_text() -> None:
    for word in ("<pad>", "[MASK]", "<|endoftext|>"):
        assert CASED.decode(CASED.encode([word])[0]) == word


def test_reserved_ids_are_left_out_of_the_text() -> None:
    (ids,) = CASED.encode(["the cat"])
    assert CASED.decode([*ids, PAD, PAD]) == "the cat"


def test_training_is_deterministic_and_blind_to_order() -> None:
    again = BytePairs.train(CORPUS, 512, lower=False)
    backwards = BytePairs.train(CORPUS[::-1], 512, lower=False)
    assert again.merges == CASED.merges == backwards.merges


def test_a_word_has_the_same_ids_at_the_start_and_within() -> None:
    start, within = CASED.encode(["cat", "the cat"])
    assert within[-len(start) :] == start


def test_frequent_words_become_one_symbol_and_rare_ones_do_not() -> None:
    pairs = BytePairs.train(["banana split"] * 2 + ["kiwi"], 512, lower=True)
    assert [len(ids) for ids in pairs.encode(["banana", "split", "kiwi"])] == [1, 1, 5]


def test_the_vocabulary_keeps_within_its_bound() -> None:
    assert BytePairs.train(CORPUS, 270, lower=True).size == 270


def test_lower_case_folds_and_cased_text_does_not() -> None:
    assert LOWER.encode(["THE Cat"]) == LOWER.encode(["the cat"])
    assert CASED.encode(["THE Cat"]) != CASED.encode(["the cat"])
