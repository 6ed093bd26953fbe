"""A library's networks as encoders, of every modality: a new modality, or library, is tested without being named."""

from __future__ import annotations

import pickle
import sys
from copy import deepcopy
from importlib import import_module
from typing import Any

import pytest
import torch

from coview.errors import MissingExtra, UserError
from coview.methods.registry import build_method
from coview.modalities.registry import modality_modules
from coview.nn.encoder import Encoder, build_encoder
from tests.contracts.cases import NODES, batch, modality, run_step

SMALL: dict[str, tuple[str, dict[str, Any]]] = {
    "timm": ("vit_tiny_patch16_224", {"depth": 1}),
    "torchvision": ("r3d_18", {}),
    "pyg": ("GraphSAGE", {"dim": 32, "depth": 1}),
    "transformers": ("modernbert", {"dim": 32, "depth": 1}),
}
KINDS = [*modality_modules(), NODES]
CELLS = [(kind, library) for kind in KINDS for library in modality(kind).libraries]


def made(kind: str, library: str) -> Encoder:
    torch.manual_seed(0)
    name, options = SMALL[library]
    return build_encoder(modality(kind), "thing", f"{library}:{name}", **options).double()


def looks(kind: str, missing: float = 0.0) -> Any:
    view = batch("simclr", kind, missing=missing).slots["thing"]
    return modality(kind).prepare(view)


@pytest.mark.parametrize(("kind", "library"), CELLS)
def test_it_reads_what_is_there_and_each_look_by_itself(kind: str, library: str) -> None:
    encoder, view = made(kind, library).eval(), looks(kind, missing=0.5)
    whole = encoder(view)
    assert whole.pooled.shape == (*view.present.shape, encoder.dim)
    assert whole.pooled.isfinite().all()
    assert not whole.pooled[~view.present].any()
    alone = encoder(view[3:5])
    torch.testing.assert_close(alone.pooled, whole.pooled[3:5])


@pytest.mark.parametrize(("kind", "library"), CELLS)
def test_it_can_be_copied_and_sent_to_other_processes(kind: str, library: str) -> None:
    encoder = made(kind, library).eval()
    view = looks(kind)
    for other in (deepcopy(encoder), pickle.loads(pickle.dumps(encoder))):
        assert torch.equal(other(view).pooled, encoder(view).pooled)


@pytest.mark.parametrize(("kind", "library"), CELLS)
def test_all_of_it_learns(kind: str, library: str) -> None:
    encoder = made(kind, library).train()
    encoder(looks(kind)).pooled.square().sum().backward()
    learned = {name for name, p in encoder.named_parameters() if p.grad is not None and p.grad.any()}
    assert len(learned) > 0.6 * len(list(encoder.parameters()))


@pytest.mark.parametrize(("kind", "library"), CELLS)
def test_what_is_masked_or_not_kept_is_not_seen(kind: str, library: str) -> None:
    encoder, view = made(kind, library).eval(), looks(kind)
    if not encoder.has_tokens:
        with pytest.raises(UserError, match="has none"):
            encoder.require_tokens("mae")
        return
    whole = encoder(view)
    assert whole.tokens is not None
    assert whole.tokens.shape[2] == modality(kind).tokens(view).value.shape[2]
    tokens = torch.zeros(*view.present.shape, whole.tokens.shape[2], dtype=torch.bool)
    everything = torch.arange(tokens.shape[2]).expand(tokens.shape)
    valid = torch.ones_like(tokens) if whole.valid is None else whole.valid
    kept = encoder(view, keep=everything.flip(2), keep_valid=valid.flip(2))
    torch.testing.assert_close(kept.tokens.flip(2)[valid], whole.tokens[valid])
    if kind != NODES:  # whose pooled is the node itself, unless it may not be read
        torch.testing.assert_close(kept.pooled, whole.pooled)
    tokens[:, :, 0] = True
    hidden = encoder(view, masked=tokens)
    assert not torch.allclose(hidden.pooled, whole.pooled)
    some = encoder(view, keep=everything[:, :, :1])
    assert not torch.allclose(some.pooled, whole.pooled)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != NODES])
def test_its_step_is_exact_in_chunks(kind: str) -> None:
    found = []
    for chunk in (11, 4):
        torch.manual_seed(0)
        name, options = SMALL["transformers"]
        method = build_method(
            "simclr", {"thing": modality(kind)}, encoder=f"transformers:{name}", encoder_options=options
        ).double()
        found.append(run_step(method, batch("simclr", kind), chunk))
    whole, parts = found
    torch.testing.assert_close(parts.losses, whole.losses)
    for some, every in zip(*(next(iter(each.gradients.values())) for each in (parts, whole)), strict=True):
        assert (some is None) == (every is None)
        if every is not None:
            torch.testing.assert_close(some, every, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("name", ["bert", "modernbert", "deberta-v2", "distilbert", "esm", "llama", "gpt2", "electra"])
def test_kinds_of_transformers_are_read_with_padding_of_no_effect(name: str) -> None:
    encoder = build_encoder(modality("series"), "thing", f"transformers:{name}", dim=32, depth=1, heads=2).eval()
    view = looks("series")
    whole = encoder(view, layers=True)
    assert whole.layers is not None
    assert [each.shape for each in whole.layers] == [whole.tokens.shape]  # type: ignore[union-attr]
    alone = [encoder(view[i : i + 1]).pooled for i in range(len(view))]
    torch.testing.assert_close(torch.cat(alone), whole.pooled, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("brt", {}, "near it are .*bert"),
        ("bert", {"colour": "red"}, "bert has no option 'colour'"),
        ("bert", {"dim": 30, "heads": 4}, "does not read embedded tokens with dim=30"),
        ("fnet", {}, "fnet"),
        ("vit", {}, "vit does not read embedded tokens"),
        ("canine", {}, "reads padding"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        build_encoder(modality("text"), "thing", f"transformers:{name}", **options)


def test_without_the_package_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(MissingExtra, match=r"pip install 'coview\[hf\]'"):
        build_encoder(modality("series"), "thing", "transformers:bert")


def test_more_tokens_than_there_are_positions_for_are_refused() -> None:
    options = {"dim": 32, "depth": 1, "max_position_embeddings": 7}
    encoder = build_encoder(modality("image"), "thing", "transformers:bert", **options)
    with pytest.raises(UserError, match="positions for 7 tokens"):
        encoder(looks("image"))


def test_every_library_says_what_it_makes() -> None:
    makers = {module for kind in KINDS for module in modality(kind).libraries.values()}
    for module in makers:
        assert import_module(module).build.__doc__


@pytest.mark.parametrize(("channels", "name"), [(1, "r3d_18"), (2, "mc3_18"), (2, "swin3d_t")])
def test_torchvisions_networks_read_volumes_of_any_channels(channels: int, name: str) -> None:
    from coview.modalities.volume import Volume

    volume = Volume(channels, 32, [0.0] * channels, [1.0] * channels)
    encoder = build_encoder(volume, "scan", f"torchvision:{name}").eval()
    value = torch.randn(2, channels, 32, 32, 32)
    value[0, :, :4] = torch.nan
    assert encoder.net(value).shape == (2, encoder.dim)
    torch.testing.assert_close(encoder.net(value), encoder.net(value.nan_to_num(0)))
