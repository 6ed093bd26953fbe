"""Byte-level byte-pair encoding, trained on a corpus: no text is foreign to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

PAD, MASK, END = 0, 1, 2
"""Reserved ids: padding, a hidden symbol, the end of a text (for methods that write one)."""

RESERVED = 3
"""Symbols of text have ids from here on: 256 bytes, then one id for each merge."""

_ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())


class BytePairs:
    """Text <-> ids. All there is to save is the list of merges.

    Method: Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units", ACL 2016, on
    bytes as in GPT-2 (Radford et al. 2019). Text is brought to Unicode's NFC, and every word begins with its space,
    so that a word has the same symbols at the start of a text as within.

    Args:
        merges: pairs of symbols in the order they are joined, each `"a b"` in GPT-2's spelling of bytes.
        lower: whether text is lower-cased.
    """

    def __init__(self, merges: Sequence[str], lower: bool) -> None:
        self.merges, self.lower = list(merges), lower
        vocabulary = {byte: i for i, byte in enumerate(_ALPHABET)}
        pairs = [(a, b) for a, b in (merge.split(" ") for merge in merges)]
        for a, b in pairs:
            vocabulary.setdefault(a + b, len(vocabulary))
        self.size = len(vocabulary) + RESERVED
        self._tokenizer = _tokenizer(models.BPE(vocab=vocabulary, merges=pairs), lower)

    @classmethod
    def train(cls, texts: Iterable[str], size: int, lower: bool) -> BytePairs:
        """The pairs that occur most, at least twice, until there are `size` ids (reserved ones included)."""
        tokenizer = _tokenizer(models.BPE(), lower)
        trainer = trainers.BpeTrainer(
            vocab_size=size - RESERVED, min_frequency=2, initial_alphabet=_ALPHABET, show_progress=False
        )
        tokenizer.train_from_iterator(texts, trainer)
        return cls([" ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]], lower)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text."""
        return [[i + RESERVED for i in e.ids] for e in self._tokenizer.encode_batch(list(texts))]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of ids, reserved ones left out; bytes that are no character read as U+FFFD."""
        return self._tokenizer.decode([i - RESERVED for i in ids if i >= RESERVED]).removeprefix(" ")

    def normalise(self, text: str) -> str:
        """The text as it is encoded: `decode(encode(text))` gives this."""
        return self._tokenizer.normalizer.normalize_str(text)


def _tokenizer(model: models.BPE, lower: bool) -> Tokenizer:
    tokenizer = Tokenizer(model)
    steps = [normalizers.NFC(), normalizers.Lowercase()] if lower else [normalizers.NFC()]
    tokenizer.normalizer = normalizers.Sequence(steps)  # type: ignore[assignment]
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)  # type: ignore[assignment]
    tokenizer.decoder = decoders.ByteLevel()  # type: ignore[assignment]
    return tokenizer
