"""Text as a modality: ids of byte pairs."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.batch import View
from coview.errors import UserError
from coview.losses.precision import at_least_float32
from coview.modalities.base import Modality, stack_present
from coview.modalities.text.options import LONGEST_BY_DEFAULT, TextOptions
from coview.modalities.text.read import MOST_CHARACTERS, Beginning, read_text
from coview.modalities.text.tokenizer import PAD, BytePairs
from coview.nn.bag import Bag
from coview.nn.sequence_conv import SequenceConv
from coview.nn.transformer import TokenNet
from coview.views.draw import Draw, mix
from coview.views.time import draw_span, span_share, take_span

RAW_DIM = 1024
LEAST = 4
"""Tokens that a crop keeps at least, where there are as many."""


class _Collated(threading.local):
    """The texts that this thread collated last, and how many symbols each has: to note them costs nothing then."""

    pairs: BytePairs | None = None
    symbols: Mapping[str, int] = MappingProxyType({})


_collated = _Collated()


class Text(Modality):
    """Text as ids `(B, V, T)` int64 of byte pairs learned from the data, 0 where padded, with `length (B, V)`.

    T is the same for every view of a run (`length`); what is longer is cut at its end. Stored and prepared values are
    the same. Tokens are symbols; their loss is the cross-entropy.

    Args:
        merges: of the byte-pair encoding, in order.
        length: T.
        lower: whether text is lower-cased.
        scale, drop: of augmentation, see `TextOptions`.
    """

    name = "text"
    default_encoder = "conv"
    token_dim = 0
    hidden = 0.3  # Wettig et al., "Should You Mask 15% in Masked Language Modeling?", 2023: 0.2 to 0.4

    def __init__(
        self,
        merges: Sequence[str],
        length: int,
        lower: bool = True,
        scale: Sequence[float] = TextOptions.scale,
        drop: float = TextOptions.drop,
    ) -> None:
        self.pairs = BytePairs(merges, lower)
        self.length, self.drop = length, drop
        self.scale = (float(scale[0]), float(scale[1]))
        self.target_dim = self.pairs.size

    @classmethod
    def adapt(cls, items: Iterable[str], **options: Any) -> Text:
        """Byte pairs and length from the corpus; options: see `TextOptions`.

        Raises:
            UserError: an option is unknown or out of range, or there is no text.
        """
        chosen = TextOptions.of(options)
        texts = list(items)
        if not texts:
            raise UserError("there is no text to learn a vocabulary from")
        pairs = BytePairs.train(texts, chosen.vocabulary, chosen.lower)
        length = chosen.length
        if length is None:
            lengths = [len(ids) for ids in pairs.encode(texts)]
            length = min(math.ceil(np.percentile(lengths, 95)), LONGEST_BY_DEFAULT)
        return cls(pairs.merges, length, chosen.lower, chosen.scale, chosen.drop)

    def config(self) -> dict[str, Any]:
        """Merges, length, case and augmentation."""
        own = {"length": self.length, "lower": self.pairs.lower, "scale": list(self.scale), "drop": self.drop}
        return {"merges": self.pairs.merges, **own}

    @staticmethod
    def read(raw: Any) -> str:
        """See `read_text`."""
        return read_text(raw)

    def notes(self, item: str) -> list[str]:
        """Cut at its end."""
        if self._symbols(item) > self.length:
            return [f"cut after {self.length} tokens (text.length)"]
        return [f"cut after {MOST_CHARACTERS:,} characters, the most that is read"] if type(item) is Beginning else []

    def _symbols(self, text: str) -> int:
        """How many there are in a text, all of it."""
        known = _collated.symbols.get(text) if _collated.pairs is self.pairs else None
        return len(self.pairs.encode([text])[0]) if known is None else known

    def collate(self, items: Sequence[Sequence[str | None]]) -> View:
        """Ids `(B, V, T)`."""
        present = stack_present(items)
        value = torch.full((*present.shape, self.length), PAD)
        length = torch.zeros(present.shape, dtype=torch.int64)
        where = present.nonzero().tolist()
        texts = [item for sample in items for item in sample if item is not None]
        encoded = self.pairs.encode(texts)
        _collated.pairs, _collated.symbols = self.pairs, dict(zip(texts, map(len, encoded), strict=True))
        for (b, v), ids in zip(where, encoded, strict=True):
            ids = ids[: self.length]
            value[b, v, : len(ids)] = torch.tensor(ids)
            length[b, v] = len(ids)
        return View(value, self.name, present, length)

    def prepare(self, view: View) -> View:
        """Ids as they are."""
        return view

    def augment(self, view: View, draw: Draw) -> View:
        """A span of the text, some of its tokens left out.

        Source: Izacard et al., "Unsupervised Dense Information Retrieval with Contrastive Learning", TMLR 2022,
        https://arxiv.org/abs/2112.09118 (section 3.1 and appendix: spans of 0.05 to 0.5 cropped independently, a
        tenth of the tokens deleted).
        """
        return self.crop(view, draw, scale=self.scale)

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """A span with a share of the tokens drawn from `scale`, `drop` of it left out, never all.

        Params: `span (B, V, 2)` begin and end as shares of the text, `kept (B, V, T)` bool by position in the span.
        """
        assert view.length is not None
        extent = math.ceil(view.value.shape[2] * size)
        start, count = draw_span(draw, view.length, scale, extent, least=LEAST)
        value = take_span(view.value, start, count, extent)
        inside = torch.arange(extent, device=value.device) < count[..., None]
        spared = draw("spared token", view.width)
        spared = (spared * count).long().clamp_max((count - 1).clamp_min(0))
        kept = ~draw.chance("token dropout", self.drop, view.width, extent)
        kept = kept.scatter(2, spared[..., None], True) & inside
        order = kept.byte().argsort(dim=2, descending=True, stable=True)
        length = kept.sum(2)
        value = take_span(value.gather(2, order), torch.zeros_like(length), length, extent)
        params = {**view.params, "span": span_share(start, count, view.length), "kept": kept}
        return View(value, self.name, view.present, length, params)

    def tokens(self, view: View) -> View:
        """The ids themselves."""
        return view

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """Ids with zeros where `like` is padded."""
        return tokens if like.valid is None else tokens.masked_fill(~like.valid, PAD)

    @at_least_float32
    def token_loss(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """Cross-entropy of logits `(..., target_dim)` for ids `(...)`, in nats."""
        each = F.cross_entropy(prediction.flatten(0, -2), tokens.flatten(), reduction="none")
        return each.view(tokens.shape)

    def grid(self, view: View) -> tuple[int, ...]:
        """`(T,)`."""
        return (view.value.shape[2],)

    def raw(self, view: View) -> Tensor:
        """Hashed counts of symbols, `log(1 + n)`, of unit length: `(B, V, 1024)`.

        Signed hashing: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", ICML 2009.
        """
        valid = view.valid
        assert valid is not None
        hashed = mix(view.value)
        counts = torch.zeros(*view.present.shape, RAW_DIM, device=view.value.device)
        sign = ((hashed >> 32) & 1).float() * 2 - 1
        counts = counts.scatter_add(2, hashed & (RAW_DIM - 1), torch.where(valid, sign, 0.0))
        return F.normalize(counts.sign() * counts.abs().log1p(), dim=2)

    def show(self, view: View) -> list[list[str | None]]:
        """The text of each view."""
        return [
            [self.pairs.decode(ids) if there else None for ids, there in zip(sample, present, strict=True)]
            for sample, present in zip(view.value.tolist(), view.present.tolist(), strict=True)
        ]

    def _bag(self, *, dim: int = 256, hidden: int = 512) -> nn.Module:
        """The mean embedding of symbols, then a small MLP: the baseline that knows no order."""
        return Bag(self.target_dim, dim=dim, hidden=hidden)

    def _conv(self, *, dim: int = 256, depth: int = 2) -> nn.Module:
        """Convolutions over embedded symbols and the mean over those that are valid."""
        embed = nn.Embedding(self.target_dim, dim)
        return SequenceConv(embed, [dim] * (depth + 1), kernel=3)

    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {"bag": _bag, "conv": _conv, "vit": TokenNet}
