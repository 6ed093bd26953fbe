"""timm's networks as encoders, by name, at any size and number of channels, without network access."""

from __future__ import annotations

import difflib
import warnings
from typing import TYPE_CHECKING, Any, TypeGuard

import torch
from torch import Tensor, nn

from coview.errors import UserError
from coview.nn.encoder import TokenOutput
from coview.nn.rows import pick

if TYPE_CHECKING:
    from timm.models.vision_transformer import VisionTransformer

    from coview.modalities.image import Image
    from coview.modalities.spectral import Spectral


def check(name: str) -> None:
    """Raises UserError where timm has no such model, and names those near it."""
    import timm

    if not timm.is_model(_architecture(name)):
        near = difflib.get_close_matches(_architecture(name), timm.list_models(), n=3)
        hint = f"; near it are {', '.join(near)}" if near else ""
        raise UserError(f"timm has no model {name!r}{hint}")


def build(name: str, modality: Image | Spectral, **options: Any) -> nn.Module:
    """A timm model without classifier and with untrained weights.

    Plain vision transformers get the slot's patch size, whatever their name says, and give tokens; all others give
    pooled features.

    Args:
        name: as `timm.list_models()` has it.
        modality: gives size, channels and patch.
        options: what the model takes besides (`drop_path_rate=0.1`).

    Raises:
        UserError: timm has no such model, or it cannot read pictures of this size.
    """
    check(name)
    net = _create(_architecture(name), modality, options)
    if _cuts_plainly(net, modality):
        return TimmTokens(net)
    return TimmPooled(net, modality, name)


class TimmPooled(nn.Module):
    """A timm model's pooled features.

    Args:
        net: made with `num_classes=0`.
        modality: gives size and channels.
        name: for messages.
    """

    def __init__(self, net: nn.Module, modality: Image | Spectral, name: str) -> None:
        super().__init__()
        self.net = net
        self.dim = _width(net, modality, name)
        stages = getattr(net, "feature_info", None) or [{}]
        reduction = stages[-1].get("reduction", 1) if isinstance(stages, list) else 1
        if modality.size < 2 * reduction:
            warnings.warn(
                f"timm:{name} shrinks pictures {reduction} times, which leaves one place of {modality.size} x "
                f"{modality.size}; give it larger ones (--size), or take resnet18 or conv, made for small ones",
                stacklevel=2,
            )

    def forward(self, value: Tensor) -> Tensor:
        """`(N, C, H, W)` prepared -> `(N, D)`."""
        return self.net(value)


class TimmTokens(nn.Module):
    """A timm vision transformer, whole, masked or in part.

    `pooled` is the model's own pooling: its class token, or the mean. Class and register tokens are always read and
    are not among `tokens`.

    Args:
        net: made with `num_classes=0` and `dynamic_img_size=True`.
    """

    tokens_out = True

    def __init__(self, net: VisionTransformer) -> None:
        super().__init__()
        self.net = net
        self.dim: int = net.embed_dim
        self.mask_token = nn.Parameter(torch.zeros(self.dim))
        nn.init.normal_(self.mask_token, std=0.02)

    def forward(
        self,
        value: Tensor,
        length: Tensor | None = None,
        *,
        keep: Tensor | None = None,
        keep_valid: Tensor | None = None,
        masked: Tensor | None = None,
        layers: bool = False,
    ) -> TokenOutput:
        """Encodes rows; arguments as in `TokenNet`, pictures having no `length`."""
        net = self.net
        patches = net.patch_embed(value)  # (N, h, w, D)
        if masked is not None:
            hidden = masked.view(patches.shape[:3])[..., None]
            patches = torch.where(hidden, self.mask_token.to(patches.dtype), patches)
        x = net._pos_embed(patches)
        first, valid = net.num_prefix_tokens, None
        if keep is not None:
            x, valid = torch.cat([x[:, :first], pick(x[:, first:], keep)], 1), keep_valid
        mask = None
        if valid is not None:
            mask = torch.cat([valid.new_ones(len(valid), first), valid], 1)[:, None, None, :]
        x = net.norm_pre(x)
        outputs: list[Tensor] | None = [] if layers else None
        for block in net.blocks:
            x = block(x) if mask is None else block(x, attn_mask=mask)
            if outputs is not None:
                outputs.append(x[:, first:])
        x = net.norm(x)
        return TokenOutput(self._pooled(x, valid), x[:, first:], valid, outputs)

    def _pooled(self, x: Tensor, valid: Tensor | None) -> Tensor:
        net = self.net
        if valid is None or net.global_pool == "token":
            return net.fc_norm(net.pool(x))
        weight = valid.to(x.dtype)[..., None]  # padding is no part of the mean
        return net.fc_norm((x[:, net.num_prefix_tokens :] * weight).sum(1) / weight.sum(1).clamp_min(1))


def _architecture(name: str) -> str:
    """The part before the dot; that after it names weights, as in resnet18.a1_in1k."""
    return name.partition(".")[0]


def _create(architecture: str, modality: Image | Spectral, options: dict[str, Any]) -> nn.Module:
    """The model at the slot's size, where it takes one: timm has no list of who does."""
    import timm

    always = {"pretrained": False, "num_classes": 0, "in_chans": modality.channels, **options}
    cut = {"img_size": modality.size, "patch_size": modality.patch, "dynamic_img_size": True}
    sized: list[dict[str, Any]] = [{"img_size": modality.size}, {}]
    vision_transformers = ("timm.models.vision_transformer", "timm.models.deit")
    if timm.model_entrypoint(architecture).__module__ in vision_transformers:
        sized.insert(0, cut)
    for how in sized:
        try:
            return timm.create_model(architecture, **{**how, **always})
        except TypeError as error:
            if "unexpected keyword" not in str(error) or not any(f"'{key}'" in str(error) for key in how):
                raise UserError(f"timm:{architecture} cannot be made with {options}: {error}") from error
        except (AssertionError, ValueError, RuntimeError) as error:
            raise UserError(f"timm:{architecture} cannot be made for {_shape(modality)}: {error}") from error
    raise AssertionError("the last way asks for nothing that could be refused")


def _cuts_plainly(net: nn.Module, modality: Image | Spectral) -> TypeGuard[VisionTransformer]:
    """Whether a model is a vision transformer whose tokens are the slot's, one by one."""
    from timm.layers import PatchEmbed
    from timm.models.vision_transformer import VisionTransformer

    return (
        isinstance(net, VisionTransformer)
        and type(net).forward_features is VisionTransformer.forward_features
        and isinstance(net.patch_embed, PatchEmbed)
        and tuple(net.patch_embed.patch_size) == (modality.patch, modality.patch)
        and modality.token_dim == modality.channels * modality.patch**2
        and net.dynamic_img_size
    )


@torch.no_grad()
def _width(net: nn.Module, modality: Image | Spectral, name: str) -> int:
    """D, asked of the model itself: what timm says of it is wrong for those that widen in their head."""
    training = net.training
    try:
        return net.eval()(torch.zeros(1, modality.channels, modality.size, modality.size)).shape[1]
    except (AssertionError, RuntimeError, ValueError) as error:
        raise UserError(f"timm:{name} cannot read {_shape(modality)}: {error}") from error
    finally:
        net.train(training)


def _shape(modality: Image | Spectral) -> str:
    return f"pictures of {modality.channels} x {modality.size} x {modality.size}"
