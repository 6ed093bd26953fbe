"""What a modality is: how raw values are stored and batched, looked at, cut into tokens and turned back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from coview.batch import View
from coview.losses.precision import at_least_float32
from coview.nn.positions import sincos
from coview.views.blend import blend
from coview.views.draw import Draw


class BadSample(Exception):
    """A raw value that cannot be read: skipped, counted and named. The message is one short reason."""


class Unfit(Exception):
    """An item that what was fitted has no place for. The message is one short reason, as `Modality.unfit` gives it."""


class Modality(ABC):
    """One kind of data, as one slot of one data set holds it.

    An instance is fitted to a slot's items (`adapt`) and saved with the run (`config`), so that `embed` reads new
    data as `fit` did. Three states of a value, each `(B, V, ...)` in a `View`:

    - *stored*: what the source keeps, compact (`uint8` pictures, token ids, waveforms);
    - *prepared*: what encoders read (normalised pixels, log-mel frames), from `prepare` or `augment`;
    - *tokens*: `(B, V, T, P)`, the prepared value cut into T pieces of P numbers, from `tokens`.
    """

    name: ClassVar[str]
    """The modality's name, the file's stem."""

    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {}
    """Network builders by encoder name; `builder(modality, **options)` -> a network as `nn.encoder.Encoder` takes it.
    `build_encoder` knows besides what a prefix means (`timm:NAME`), by `libraries`."""

    libraries: ClassVar[Mapping[str, str]] = {"transformers": "coview.nn.hugging_face"}
    """By prefix, the module that makes a well-kept library's networks: `build(name, modality, **options)` makes one,
    `check(name)` raises `UserError` where there is none of this name, before any data is read."""

    default_encoder: ClassVar[str] = "conv"
    """For methods that read pooled features."""

    token_encoder: ClassVar[str] = "vit"
    """For methods that read tokens."""

    hidden: ClassVar[float] = 0.75
    """Share of the tokens that masked methods hide at most where the user does not say. Neighbours in pictures are
    alike, and much can be hidden (He et al. 2022); where each token says more, less is."""

    arrays: ClassVar[tuple[str, ...]] = ()
    """Endings of array files that `read` takes; such a file says nothing of what it holds."""

    @classmethod
    @abstractmethod
    def adapt(cls, items: Iterable[Any], **options: Any) -> Modality:
        """A modality fitted to items as `read` returns them (vocabulary, channel statistics, lengths).

        Options come from the user (`--size 64`); unknown ones raise `UserError` with those that exist.
        """

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Everything that `from_config` needs, as JSON."""

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Modality:
        """The modality that `config` described."""
        return cls(**config)

    @staticmethod
    @abstractmethod
    def read(raw: Any) -> Any:
        """One raw value (a path, bytes, text, an array) as an item independent of options; raises `BadSample`."""

    def unfit(self, item: Any) -> str | None:
        """Why this fitted modality has no place for an item (another number of channels), or None where it has."""
        return None

    def notes(self, item: Any) -> Sequence[str]:
        """How an item that fits is read otherwise than it stands: "cut after 128 times (series.length)".

        Each says what may stand after "7 of 100" and is the same for all items that it holds of, for they are counted.
        """
        return ()

    def unlike(self, told: Mapping[str, Any]) -> str | None:
        """How data of which this is told (`Column.options`) is other than what the modality was fitted to, or None."""
        return None

    @abstractmethod
    def collate(self, items: Sequence[Sequence[Any | None]]) -> View:
        """B samples of V items each (None where absent) as a stored view `(B, V, ...)`; raises `BadSample` never."""

    @abstractmethod
    def prepare(self, view: View) -> View:
        """A stored view as encoders read it, without augmentation."""

    @abstractmethod
    def augment(self, view: View, draw: Draw) -> View:
        """A stored view augmented by the modality's standard recipe and prepared.

        Batched, on the view's device, keyed by `draw`; each of the V looks draws its own parameters, returned in
        `params` (names are the modality's).
        """

    @abstractmethod
    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """Augmented and prepared like `augment`, from a part whose share of the whole is drawn from `scale`.

        Args:
            view: stored.
            draw: keyed draws.
            scale: least and greatest share (of a picture's area, a clip's or text's length).
            size: extent of the result along each axis as a share of the usual one (multi-crop's small crops).
        """

    token_dim: int
    """P, the numbers of one token as `tokens` gives them; 0 where tokens are symbols (`tokens` gives ids)."""

    target_dim: int
    """Width of a decoder's output for one token (P, or the vocabulary's size where tokens are symbols)."""

    @abstractmethod
    def tokens(self, view: View) -> View:
        """A prepared view cut into tokens: `(B, V, T, P)` float, or ids `(B, V, T)` where tokens are symbols."""

    @abstractmethod
    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """The inverse of `tokens` for float tokens; for symbols, their text as the stored ids."""

    @at_least_float32
    def token_loss(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """How far `prediction (..., target_dim)` is from `tokens (..., P)` or ids: `(...)`, one number a token.

        The default is the mean squared error to the token normalised by its own mean and variance (MAE).
        """
        target = (tokens - tokens.mean(-1, keepdim=True)) / (tokens.var(-1, keepdim=True) + 1e-6).sqrt()
        return (prediction - target).square().mean(-1)

    @at_least_float32
    def token_distance(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """How far `prediction (..., target_dim)` is from `tokens` as they stand: `(...)`, one number a token.

        Arguments are those of `token_loss`. The default is the mean absolute difference (SimMIM), and `token_loss`
        where tokens are symbols.
        """
        return (prediction - tokens).abs().mean(-1) if self.token_dim else self.token_loss(prediction, tokens)

    def token_embedding(self, dim: int) -> nn.Module:
        """A network that tokens are read by, `(..., P)` or ids `(...)` to `(..., dim)`: a linear map, or a table."""
        return nn.Linear(self.token_dim, dim) if self.token_dim else nn.Embedding(self.target_dim, dim)

    def blend(self, own: View, other: View, share: Tensor) -> View:
        """Prepared looks blended, `share (B,)` of one's own: numbers interpolated, symbols spliced (`views.blend`)."""
        return blend(own, other, share)

    @abstractmethod
    def grid(self, view: View) -> tuple[int, ...]:
        """The tokens' arrangement for a prepared view: `(height, width)` for pictures, `(T,)` for sequences."""

    def places(self, view: View, dim: int) -> Tensor:
        """Where each token of a prepared view stands, as numbers that are added to it.

        `(T, dim)` where all looks are arranged alike (the default: sines and cosines of the grid), or `(B, V, T, dim)`
        where each look has an arrangement of its own.
        """
        return sincos(self.grid(view), dim, device=view.present.device)

    @abstractmethod
    def raw(self, view: View) -> Tensor:
        """The raw-input reference row: a stored view as plain numbers `(B, V, D)` (pixels, word counts)."""

    @abstractmethod
    def show(self, view: View) -> list[list[Any]]:
        """B x V things to look at in reports: `PIL.Image` or `str` of a stored view; None where absent."""

    def show_prepared(self, view: View) -> list[list[Any]] | None:
        """The same of a prepared view; None where it is to be drawn as any array is."""
        return None


def flatten(view: View) -> tuple[Any, Tensor | None]:
    """The value as `(B * V, ...)` and the length as `(B * V,)`."""
    return view.value.flatten(0, 1), None if view.length is None else view.length.flatten()


def unflatten(value: Tensor, like: View) -> Tensor:
    """`(B * V, ...)` back to `(B, V, ...)`."""
    return value.unflatten(0, like.present.shape)


def present_mean(values: Tensor, present: Tensor) -> Tensor:
    """The mean over what is there (views, tokens): `(..., V, *D)`, `(..., V)` -> `(..., *D)`; zeros where none is."""
    axis = present.ndim - 1
    weight = present.to(values.dtype).view(*present.shape, *[1] * (values.ndim - present.ndim))
    return (values * weight).sum(axis) / weight.sum(axis).clamp_min(1)


def stack_present(items: Sequence[Sequence[Any | None]]) -> Tensor:
    """`(B, V)` bool, where an item is there."""
    return torch.tensor([[item is not None for item in sample] for sample in items], dtype=torch.bool)
