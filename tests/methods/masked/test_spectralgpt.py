from __future__ import annotations

import pytest
import torch

from coview.batch import Batch, Views
from coview.errors import UserError
from coview.losses import spectral_sum_error
from coview.methods.masked.spectralgpt import SpectralGPT
from coview.modalities.spectral import Spectral
from coview.nn.encoder import build_encoder
from tests.contracts.cases import ITEMS
from tests.methods.slots import look, without


def modality(group: int | None) -> Spectral:
    return Spectral(8, 4, (490.0, 560.0, 665.0, 840.0), [0.0] * 4, [1.0] * 4, patch=4, group=group)


def batch(n: int = 6) -> Batch:
    import numpy as np

    rng, kind = np.random.default_rng(2), modality(None)
    view = kind.collate([[kind.read(ITEMS["spectral"](rng))] for _ in range(n)])
    ids = torch.arange(100, 100 + n)
    return Batch({"scene": view}, ids, ids)


def gpt(group: int | None = 2, **options: float) -> SpectralGPT:
    torch.manual_seed(0)
    encoder = build_encoder(modality(group), "scene", "vit", dim=32, depth=1).double()
    return SpectralGPT(encoder, decoder_dim=32, decoder_depth=1, **options).double()  # type: ignore[arg-type]


def test_tokens_are_cubes_and_nine_tenths_of_them_are_hidden() -> None:
    method = gpt(1)
    view = look(method, batch())[0]["view"]
    assert method.spectral.modality.grid(view) == (4, 2, 2)
    assert view.params["keep"].shape[-1] == 2
    assert view.params["asked"].sum(-1).unique().tolist() == [14]


def test_spectra_are_summed_over_groups_seen_and_hidden_alike() -> None:
    method, some = gpt(2, masked=0.5), batch()
    said: list[torch.Tensor] = []
    method.decoder.out.register_forward_hook(lambda module, given, out: said.append(out))
    views, reps = look(method, some)
    view = views["view"]
    target = method.spectral.modality.tokens(view).value[:, 0]
    there = target.isfinite()
    order = torch.cat([view.params["keep"], view.params["wanted"]], -1)[:, 0].argsort(-1)
    whole = said[0].gather(1, order[..., None].expand_as(said[0]))
    off = ((whole - target.nan_to_num(0)) * there).unflatten(1, (2, 4)).sum(1).square()
    known = there.unflatten(1, (2, 4)).any(1)
    expected = torch.stack([o[k].mean() for o, k in zip(off, known, strict=True)])
    torch.testing.assert_close(reps.losses["spectrum"], expected)


def test_the_value_of_a_hidden_cube_reaches_no_prediction() -> None:
    method, some = gpt(2, masked=0.5), batch()
    said: list[torch.Tensor] = []
    method.decoder.out.register_forward_hook(lambda module, given, out: said.append(out))
    views, _ = look(method, some)
    view, kind = views["view"], method.spectral.modality
    hidden = torch.zeros(len(some), 1, 8, dtype=torch.bool).scatter(2, view.params["wanted"], view.params["asked"])
    other = kind.untokens(torch.where(hidden[..., None], 9.0, kind.tokens(view).value), view)
    method.represent(Views({"view": view.with_value(other)}, views.weights))
    assert torch.equal(said[0], said[1])


def test_predicting_the_truth_costs_nothing_and_errors_that_cancel_cost_no_spectrum() -> None:
    target = torch.randn(3, 2, 4, 5, dtype=torch.float64)
    assert spectral_sum_error(target, target).abs().max() == 0
    off = torch.ones(3, 1, 4, 5).double()
    assert spectral_sum_error(target + torch.cat([off, -off], 1), target).abs().max() < 1e-12
    torch.testing.assert_close(spectral_sum_error(target + off, target), torch.full((3,), 4.0).double())


def test_absent_rasters_have_no_weight() -> None:
    views, reps = look(gpt(), without(batch(), "scene", [1, 3]))
    assert views.weights["tokens"].tolist() == [1, 0, 1, 0, 1, 1]
    assert all(torch.isfinite(loss).all() for loss in reps.losses.values())


def test_cubes_are_cut_and_joined_without_loss() -> None:
    kind, view = modality(2), modality(2).prepare(batch()["scene"])
    tokens = kind.tokens(view)
    assert tokens.value.shape == (6, 1, 8, 2 * 16)
    assert torch.equal(kind.untokens(tokens.value, view).nan_to_num(9), view.value.nan_to_num(9))
    first = tokens.value[0, 0, 0].view(2, 4, 4)
    assert torch.equal(first.nan_to_num(9), view.value[0, 0, :2, :4, :4].nan_to_num(9))


def test_one_group_of_all_bands_is_embedded_as_a_patch_is() -> None:
    view = modality(4).prepare(batch()["scene"])
    whole, grouped = (modality(g).token_embedding(16) for g in (None, 4))
    grouped.load_state_dict(whole.state_dict())
    # weights are made band by band, value by value: alike in both orders
    a = whole(modality(None).tokens(view).value)
    b = grouped(modality(4).tokens(view).value)
    torch.testing.assert_close(a, b)


def test_bands_that_cannot_be_grouped_are_refused() -> None:
    with pytest.raises(UserError, match="4 bands cannot be cut into groups of 3; try 1 or 2"):
        modality(3)
