"""Transformers of Hugging Face's library as encoders of any modality, by name, with untrained weights."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from coview.errors import MissingExtra, UserError
from coview.nn.transformer import TokenNet, heads_for

if TYPE_CHECKING:
    from coview.modalities.base import Modality


def check(name: str) -> None:
    """Raises UserError where transformers has no such kind of model, MissingExtra where it is not installed."""
    known = _known()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"; near it are {', '.join(near)}" if near else ": kinds are named as in bert, modernbert, llama"
        raise UserError(f"transformers has no kind of model {name!r}{hint}")


def build(
    name: str, modality: Modality, *, dim: int = 128, depth: int = 4, heads: int | None = None, **options: Any
) -> TokenNet:
    """The modality's own tokens and places, read by the blocks of a kind of model (bert, modernbert, llama, ...).

    Its vocabulary is not used; its positions are those of tokens in their order, beside the modality's own places.
    Nothing is dropped out unless it is asked for.

    Args:
        name: a `model_type` of transformers.
        modality: gives tokens, how they are embedded and where they stand.
        dim: D.
        depth: blocks.
        heads: attention heads; default one for 32 features.
        options: what the model's configuration takes besides (`intermediate_size=256`).

    Raises:
        UserError: there is no such kind, it does not take embedded tokens, or cannot be made with these options.
        MissingExtra: transformers is not installed.
    """
    check(name)
    try:
        body = Library(_create(name, dim, depth, heads or heads_for(dim), options))
        _try(body, dim)
    except UserError as error:
        raise UserError(f"transformers:{name} {error}") from error
    except Exception as error:  # what a model raises that is not made for this is its own business
        reason = " ".join(str(error).split())[:160]
        told = ", ".join(f"{option}={value}" for option, value in {"dim": dim, "depth": depth, **options}.items())
        raise UserError(f"transformers:{name} does not read embedded tokens with {told}: {reason}") from error
    net = modality.encoders["vit"](modality, body, dim=dim)
    assert isinstance(net, TokenNet)
    return net


class Library(nn.Module):
    """A model of transformers as the body of a `TokenNet`.

    Args:
        model: takes `inputs_embeds`, `attention_mask` and, where it has positions, `position_ids`.
    """

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        if getattr(model, "pooler", None) is not None:
            model.pooler = None  # type: ignore[assignment]
        self.model = model
        self.takes = frozenset(inspect.signature(model.forward).parameters)
        limit = getattr(model.config, "max_position_embeddings", 0)
        tables = (module.num_embeddings for module in model.modules() if isinstance(module, nn.Embedding))
        self.most = limit if any(0 < limit <= rows for rows in tables) else None  # others compute their positions

    def forward(
        self,
        x: Tensor,
        valid: Tensor | None = None,
        *,
        bias: Tensor | None = None,
        at: Tensor | None = None,
        layers: list[Tensor] | None = None,
    ) -> Tensor:
        """`(N, T, D)` -> `(N, T, D)`, see `Transformer`; tokens are read in the order of their places.

        Raises:
            UserError: more places than the model has positions for.
        """
        assert bias is None
        back = None
        if at is None:
            places, most = torch.arange(x.shape[1], device=x.device).expand(x.shape[:2]), x.shape[1]
        else:
            order = (at if valid is None else at.masked_fill(~valid, torch.iinfo(at.dtype).max)).argsort(
                dim=1, stable=True
            )
            back = order.argsort(1)
            x, places = _reorder(x, order), at.gather(1, order)
            valid = None if valid is None else valid.gather(1, order)
            most = int(places.max()) + 1 if self.most is not None and places.numel() else 0
        if self.most is not None and most > self.most:
            raise UserError(
                f"the encoder has positions for {self.most} tokens, and there are at least {most}; "
                "give it more by its option max_position_embeddings"
            )
        there = torch.ones_like(places) if valid is None else valid.long()
        how = {"position_ids": places, "use_cache": False}
        out = self.model(
            inputs_embeds=x,
            attention_mask=there,
            output_hidden_states=layers is not None,
            **{option: value for option, value in how.items() if option in self.takes},
        )
        if layers is not None:
            layers.extend(each if back is None else _reorder(each, back) for each in out.hidden_states[1:])
        return out.last_hidden_state if back is None else _reorder(out.last_hidden_state, back)


def _reorder(x: Tensor, order: Tensor) -> Tensor:
    """`(N, T, D)`, `(N, T)` int64 -> `(N, T, D)`."""
    return x.gather(1, order[..., None].expand_as(x))


def _create(name: str, dim: int, depth: int, heads: int, options: dict[str, Any]) -> nn.Module:
    """A model of this size, as far as its configuration has such extents, that drops out nothing."""
    transformers = _library()
    usual = transformers.AutoConfig.for_model(name)
    extents = {"num_attention_heads": heads, "num_key_value_heads": heads, "head_dim": dim // heads}
    extents |= dict.fromkeys(("intermediate_size", "hidden_dim", "ffn_dim"), 4 * dim)  # one thing by three names
    extents |= {"embedding_size": dim, "vocab_size": 1}
    extents = {option: extent for option, extent in extents.items() if hasattr(usual, option)}
    told = usual.to_dict()
    unused = {option: 0 for option, symbol in told.items() if option.endswith("_token_id") and symbol is not None}
    kept = {option: 0.0 for option, share in told.items() if "drop" in option and isinstance(share, float)}
    if unknown := [option for option in options if not hasattr(usual, option)]:
        raise UserError(f"has no option {unknown[0]!r}; see the configuration of {name} in transformers")
    config = transformers.AutoConfig.for_model(
        name, **{"hidden_size": dim, "num_hidden_layers": depth, **extents, **unused, **kept, **options}
    )
    return transformers.AutoModel.from_config(config)


@torch.no_grad()
def _try(body: Library, dim: int) -> None:
    """Raises UserError where a model's tokens are not those it was given, or depend on what is padding."""
    body.eval()
    tokens = torch.linspace(-1, 1, 2 * 6 * dim).view(2, 6, dim)
    valid = torch.arange(6) < torch.tensor([[6], [4]])
    found = body(tokens, valid)
    if found.shape != tokens.shape:
        raise UserError(
            f"gives {tuple(found.shape[1:])} where {tuple(tokens.shape[1:])} were given: no token of its own"
        )
    alone = body(tokens[1:, :4], valid[1:, :4])
    if not torch.allclose(found[1:, :4], alone, atol=1e-4):
        raise UserError("reads padding, so that a sample would depend on those beside it")
    body.train()


def _known() -> Collection[str]:
    """Kinds of models by `model_type`."""
    _library()
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

    return MODEL_MAPPING_NAMES.keys()


def _library() -> Any:
    """transformers, or MissingExtra."""
    try:
        import transformers
    except ImportError as error:
        raise MissingExtra("transformers", "hf") from error
    return transformers
