from __future__ import annotations

import math

import pytest
import torch

from coview.batch import Views
from coview.methods.masked.mae import MAE
from tests.methods.slots import encoders, look, samples, without


def mae(modality: str, **options: float) -> MAE:
    made = encoders(thing=modality)
    torch.manual_seed(3)
    return MAE(made["thing"], decoder_dim=32, decoder_depth=1, **options).double()  # type: ignore[arg-type]


def changed(views: Views, token: int) -> Views:
    """The same looks at pictures, with another value in one token of the first sample."""
    view = views["view"]
    method = mae("image")
    kind = method.encoder.modality
    cut = kind.tokens(view).value.clone()
    cut[0, 0, token] = cut[0, 0, token].flip(0) + 1
    return Views({"view": view.with_value(kind.untokens(cut, view))}, views.weights)


@pytest.mark.parametrize("modality", ["image", "text", "audio"])
def test_the_share_asked_for_is_hidden_and_the_rest_is_read(modality: str) -> None:
    method, batch = mae(modality), samples(thing=modality)
    views, _ = look(method, batch)
    how, view = views["view"].params, views["view"]
    valid = method.encoder.modality.tokens(view).valid
    tokens = math.prod(method.encoder.modality.grid(view))
    have = torch.full((len(batch),), tokens) if valid is None else valid[:, 0].sum(1)
    hidden = how["asked"][:, 0].sum(1)
    assert torch.equal(hidden, (have * method.masked + 0.5).floor().long().clamp_max(have - 1))
    assert torch.equal(how["kept"][:, 0].sum(1) + hidden, have)
    for i in range(len(batch)):
        kept, asked = how["keep"][i, 0][how["kept"][i, 0]], how["wanted"][i, 0][how["asked"][i, 0]]
        assert len(set(kept.tolist()) | set(asked.tolist())) == have[i]


def test_the_value_of_a_visible_token_is_no_target() -> None:
    method, batch = mae("image"), samples(thing="image")
    views, reps = look(method, batch)
    token = int(views["view"].params["keep"][0, 0, 0])
    with torch.no_grad():
        plain = method.encoder.net.embed.weight.clone()
        method.encoder.net.embed.weight.zero_()  # blind encoder: what is left is what the targets say
        before = method.represent(views).losses["reconstruction"]
        after = method.represent(changed(views, token)).losses["reconstruction"]
        method.encoder.net.embed.weight.copy_(plain)
    torch.testing.assert_close(after, before, rtol=0, atol=0)
    seen = method.represent(changed(views, token)).losses["reconstruction"]
    assert not torch.equal(seen[0], reps.losses["reconstruction"][0])


def test_the_value_of_a_hidden_token_reaches_no_prediction() -> None:
    method, batch = mae("image"), samples(thing="image")
    views, _ = look(method, batch)
    said: list[torch.Tensor] = []
    method.decoder.register_forward_hook(lambda module, given, out: said.append(out))
    token = int(views["view"].params["wanted"][0, 0, 0])
    before, after = method.represent(views), method.represent(changed(views, token))
    assert torch.equal(said[0], said[1])
    assert before.losses["reconstruction"][0] != after.losses["reconstruction"][0]


def test_the_encoder_reads_kept_tokens_only() -> None:
    method, batch = mae("image"), samples(thing="image")
    lengths: list[int] = []
    method.encoder.net.body.register_forward_hook(lambda module, given, out: lengths.append(out.shape[1]))
    look(method, batch)
    tokens = math.prod(method.encoder.modality.grid(look(method, batch)[0]["view"]))
    assert lengths[0] == tokens - round(0.75 * tokens)


def test_padding_is_neither_read_nor_a_target() -> None:
    method, batch = mae("text"), samples(thing="text")
    views, reps = look(method, batch)
    view = views["view"]
    assert view.valid is not None
    noisy = view.with_value(torch.where(view.valid, view.value, 9))
    again = method.represent(Views({"view": noisy}, views.weights))
    torch.testing.assert_close(again.losses["reconstruction"], reps.losses["reconstruction"], rtol=0, atol=0)


def test_symbols_at_first_cost_about_the_logarithm_of_their_number() -> None:
    method, batch = mae("text"), samples(thing="text")
    _, reps = look(method, batch)
    size = method.encoder.modality.target_dim
    assert float(reps.losses["reconstruction"].mean().detach()) == pytest.approx(math.log(size), rel=0.15)


def test_a_constant_prediction_of_zero_costs_the_variance_of_a_normalised_patch() -> None:
    method, batch = mae("image"), samples(thing="image")
    with torch.no_grad():
        method.decoder.out.weight.zero_()
        method.decoder.out.bias.zero_()
    p = method.encoder.modality.token_dim
    _, reps = look(method, batch)
    flat = (p - 1) / p  # variance is unbiased, the mean square is not
    assert (reps.losses["reconstruction"] <= flat + 1e-9).all()
    assert reps.losses["reconstruction"].max() > 0.8 * flat


def test_absent_samples_have_no_weight() -> None:
    method, batch = mae("image"), samples(5, thing="image")
    views, reps = look(method, without(batch, "thing", [1, 3]))
    full, whole = look(method, batch)
    weight = views.weights["reconstruction"]
    assert torch.equal(weight[[1, 3]], torch.zeros(2))
    assert torch.equal(weight[[0, 2, 4]], full.weights["reconstruction"][[0, 2, 4]])
    here = reps.losses["reconstruction"][[0, 2, 4]]
    torch.testing.assert_close(here, whole.losses["reconstruction"][[0, 2, 4]])


@pytest.mark.parametrize(("modality", "share"), [("image", 0.75), ("audio", 0.75), ("text", 0.3)])
def test_as_much_is_hidden_as_suits_the_modality(modality: str, share: float) -> None:
    assert mae(modality).masked == share
    assert mae(modality, masked=0.5).masked == 0.5
