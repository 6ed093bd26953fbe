"""View -> representation: what every encoder does around its network."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import torch
from torch import Tensor, nn

from coview.batch import View
from coview.errors import UserError
from coview.kinds import check_kind
from coview.nn.steady_conv import steady_convolutions

if TYPE_CHECKING:
    from coview.modalities.base import Modality


RUN = "run:"
"""What begins a name that is a run's folder, whose encoder is taken: not looked up here."""

MAY_BE_NONE = ("depth", "registers")
"""Options counted from 0; other whole numbers are counted from 1."""


@dataclass
class Encoded:
    """What an encoder says of a view.

    Args:
        pooled: `(B, V, D)`; zeros where absent.
        present: `(B, V)` bool.
        tokens: `(B, V, T, D)` where the network has them.
        valid: `(B, V, T)` bool, the tokens that are not padding, or None where all are.
        layers: outputs of every transformer block, each `(B, V, T, D)`, where asked for.
    """

    pooled: Tensor
    present: Tensor
    tokens: Tensor | None = None
    valid: Tensor | None = None
    layers: list[Tensor] | None = None


class Encoder(nn.Module):
    """A network for one slot: runs it on the views that are there, and only on those.

    The network maps rows `(N, ...)` (and `length (N,)` where values have one) to pooled features `(N, D)`, or to a
    `TokenOutput`. Absent views cost nothing, reach no batch statistics, and read as zeros.

    Args:
        net: the network; `net.dim` is D. `net.tokens_out` is true where it returns tokens.
        modality: the slot's modality.
        slot: the slot's name in a batch.
        name: what `build_encoder` knows the network by.
        options: every option the network was made with, defaults included.
    """

    def __init__(
        self, net: nn.Module, modality: Modality, slot: str, name: str = "", options: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__()
        self.net = net
        steady_convolutions(net)
        self.modality = modality
        self.slot = slot
        self.name = name
        self.options = dict(options or {})
        self.frozen = False
        self.dim: int = net.dim  # type: ignore[assignment]

    def start_from(self, other: Encoder) -> None:
        """Takes another encoder's weights.

        Raises:
            UserError: the two networks differ.
        """
        try:
            self.net.load_state_dict(other.net.state_dict())
        except RuntimeError as error:
            reason = str(error).splitlines()[-1].strip()
            raise UserError(
                f"slot {self.slot!r} cannot start from the weights of {other.name} of {other.modality.name}: {reason}"
            ) from error

    def freeze(self) -> Self:
        """Keeps the network as it is from here on: no gradient, and evaluation mode whatever is asked."""
        self.frozen = True
        self.requires_grad_(False)
        return self.eval()

    def train(self, mode: bool = True) -> Self:
        """As of any module; what is frozen stays in evaluation mode."""
        return super().train(mode and not self.frozen)

    @property
    def has_tokens(self) -> bool:
        """Whether the network gives tokens and can hide some (`keep`, `masked`)."""
        return bool(getattr(self.net, "tokens_out", False))

    def require_tokens(self, method: str, usual: str | None = None) -> None:
        """Raises UserError where the network has no tokens; `usual` is the network that the method has by default."""
        if not self.has_tokens:
            raise UserError(
                f"{method} predicts tokens, and the encoder of slot {self.slot!r} has none; "
                f"use --encoder {usual or self.modality.token_encoder}"
            )

    def forward(self, view: View, **how: Any) -> Encoded:
        """Encodes a prepared view.

        Args:
            view: prepared, `(B, V, ...)`.
            how: what the network takes besides, each `(B, V, ...)` tensor or a plain value: for token networks
                `keep (B, V, K)` positions to read, `keep_valid (B, V, K)`, `masked (B, V, T)` positions to hide
                behind the mask token, `layers=True`.
        """
        present = view.present
        rows = None if bool(present.all()) else present.flatten().nonzero()[:, 0]

        def select(x: Any) -> Any:
            x = x.flatten(0, 1)
            return x if rows is None else x[rows]

        value = select(view.value)
        if value.is_floating_point():
            value = value.to(next(self.net.parameters()).dtype)
        length = None if view.length is None else select(view.length)
        if len(value) == 0:
            return self._nothing(view)
        how = {name: select(x) if isinstance(x, Tensor) else x for name, x in how.items()}
        out = self.net(value, length, **how) if length is not None or how else self.net(value)

        def restore(x: Tensor | None) -> Tensor | None:
            if x is None:
                return None
            if rows is not None:
                x = x.new_zeros(present.numel(), *x.shape[1:]).index_copy(0, rows, x)
            return x.unflatten(0, present.shape)

        if isinstance(out, TokenOutput):
            layers = None if out.layers is None else [restore(x) for x in out.layers]
            return Encoded(restore(out.pooled), present, restore(out.tokens), restore(out.valid), layers)  # type: ignore[arg-type]
        return Encoded(restore(out), present)  # type: ignore[arg-type]

    def _nothing(self, view: View) -> Encoded:
        """No view of this chunk is there: zeros, no graph, no tokens."""
        parameter = next(self.net.parameters())
        pooled = torch.zeros(*view.present.shape, self.dim, dtype=parameter.dtype, device=parameter.device)
        tokens = pooled.new_zeros(*view.present.shape, 0, self.dim) if self.has_tokens else None
        valid = None if tokens is None else torch.zeros(*view.present.shape, 0, dtype=torch.bool, device=pooled.device)
        return Encoded(pooled, view.present, tokens, valid, None)


@dataclass
class TokenOutput:
    """What a token network returns for N rows.

    Args:
        pooled: `(N, D)`, the mean over valid tokens (or the class token).
        tokens: `(N, T, D)` (with `keep`: the kept ones, in the order of `keep`).
        valid: `(N, T)` bool or None.
        layers: each block's output, where asked for.
    """

    pooled: Tensor
    tokens: Tensor
    valid: Tensor | None = None
    layers: list[Tensor] | None = None


def build_encoder(modality: Modality, slot: str, name: str | None = None, **options: Any) -> Encoder:
    """The encoder of a slot by name: one of the modality's own, or a library's (`timm:resnet18`).

    Raises:
        UserError: the modality has no such encoder, or the encoder no such option, or cannot be made with it.
    """
    name = name or modality.default_encoder
    if ":" in name:
        maker, model = _library(modality, name)
        return Encoder(maker.build(model, modality, **options), modality, slot, name, options)
    check_encoder(modality, name, options)
    known = _defaults(modality.encoders[name])
    try:
        with warnings.catch_warnings():  # what has no channel is refused here
            warnings.filterwarnings("ignore", message="Initializing zero-element tensors")
            net = modality.encoders[name](modality, **options)
        if any(p.ndim and not p.shape[-1] for p in net.parameters()):  # an empty first one may list no columns
            raise ValueError("it would have layers without a channel; take larger numbers")
    except (ArithmeticError, AssertionError, RuntimeError, TypeError, ValueError) as error:
        told = ", ".join(f"{option}={value}" for option, value in options.items()) or "its defaults"
        raise UserError(f"encoder {name} of {modality.name} cannot be made with {told}: {error}") from error
    return Encoder(net, modality, slot, name, {**known, **options, **getattr(net, "resolved", {})})


def check_encoder(
    modality: Modality | type[Modality], name: str, options: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Raises UserError where a modality has no encoder of this name, or that encoder no such option or value of it."""
    if name.startswith(RUN):
        return None
    if ":" in name:
        maker, model = _library(modality, name)
        return maker.check(model)
    if name not in modality.encoders:
        near = get_close_matches(name, modality.encoders, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(modality.encoders)}"
        raise UserError(f"{modality.name} has no encoder {name!r}; {hint}")
    known = _parameters(modality.encoders[name])
    for option, value in options.items():
        if option not in known:
            told = ", ".join(known) or "none"
            raise UserError(f"encoder {name} of {modality.name} has no option {option!r}; it has {told}")
        kind = str(known[option].annotation).partition(" | ")[0]
        if kind != "int" or value is None:
            continue
        said = f"encoder {name} of {modality.name}: {option}"
        check_kind(said, value, kind)
        least = 0 if option in MAY_BE_NONE else 1
        if value < least:
            raise UserError(f"{said} is at least {least}; {value} was given")


def _library(modality: Modality | type[Modality], name: str) -> tuple[Any, str]:
    """The module that knows a library's networks, and the name of one, from `prefix:name`."""
    prefix, _, model = name.partition(":")
    if prefix not in modality.libraries:
        known = [*modality.encoders, *(f"{library}:NAME" for library in modality.libraries)]
        raise UserError(f"{modality.name} has no encoder {name!r}; it has {', '.join(known)}")
    return import_module(modality.libraries[prefix]), model


def takes_option(modality: Modality | type[Modality], name: str, option: str) -> bool:
    """Whether an encoder takes an option; a library's may take any."""
    return ":" in name or (name in modality.encoders and option in _defaults(modality.encoders[name]))


def _defaults(builder: Any) -> dict[str, Any]:
    """The options of a network builder with their defaults, enums by value."""
    return {name: _plain(parameter.default) for name, parameter in _parameters(builder).items()}


def _parameters(builder: Any) -> dict[str, inspect.Parameter]:
    """The options of a network builder."""
    options = inspect.signature(builder).parameters.values()
    return {p.name: p for p in options if p.kind is inspect.Parameter.KEYWORD_ONLY}


def _plain(value: Any) -> Any:
    """A default as a configuration file has it."""
    return value.value if isinstance(value, Enum) else list(value) if isinstance(value, tuple) else value
