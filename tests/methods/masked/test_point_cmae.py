from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from coview.batch import Views
from coview.losses.parts import masked_mean
from coview.methods.masked.point_cmae import PointCMAE
from coview.nn.tokens import take
from tests.methods.slots import encoders, look, samples, without


def cmae(kind: str = "points", **options: object) -> PointCMAE:
    made = encoders(thing=kind)
    torch.manual_seed(3)
    return PointCMAE(made["thing"], decoder_dim=32, decoder_depth=1, **options).double()  # type: ignore[arg-type]


def hidden(views: Views, tokens: int) -> torch.Tensor:
    """`(B, 2, T)` bool."""
    how = views["view"].params
    return torch.zeros(*how["wanted"].shape[:2], tokens, dtype=torch.bool).scatter(2, how["wanted"], how["asked"])


def test_one_view_is_hidden_twice_in_different_places() -> None:
    method, batch = cmae(), samples(thing="points")
    views, _ = look(method, batch)
    assert torch.equal(views["view"].value[:, 0], views["view"].value[:, 1])
    masked = hidden(views, 6)
    assert (masked.sum(-1) == round(0.6 * 6)).all()
    assert (masked[:, 0] != masked[:, 1]).any()


def test_the_two_decoders_are_two() -> None:
    one, two = cmae().decoders
    assert not torch.equal(one.embed.weight, two.embed.weight)


@pytest.mark.parametrize("kind", ["points", "text"])
def test_agreement_is_of_tokens_hidden_both_times_and_of_no_others(kind: str) -> None:
    method, batch = cmae(kind, agreement=0.5), samples(thing=kind)
    said: list[torch.Tensor] = []
    for decoder in method.decoders:
        decoder.body.norm.register_forward_hook(lambda module, given, out: said.append(given[0]))
    views, reps = look(method, batch)
    how = views["view"].params
    read = how["keep"].shape[-1]
    for i in range(len(batch)):
        at = [
            {int(p): said[d][i, read + m] for m, p in enumerate(how["wanted"][i, d]) if how["asked"][i, d, m]}
            for d in range(2)
        ]
        both = at[0].keys() & at[1].keys()
        assert views.weights["agreement"][i] == len(both)
        apart = [1 - F.cosine_similarity(at[0][p], at[1][p], dim=0) for p in both]
        expected = 0.5 * torch.stack(apart).mean() if apart else torch.zeros(())
        torch.testing.assert_close(reps.losses["agreement"][i], expected.double())


def test_reconstruction_is_the_sum_of_both() -> None:
    method, batch = cmae(), samples(thing="points")
    said: list[torch.Tensor] = []
    for decoder in method.decoders:
        decoder.out.register_forward_hook(lambda module, given, out: said.append(out))
    views, reps = look(method, batch)
    view, kind = views["view"], method.encoder.modality
    whole = kind.tokens(view).value
    each = [
        masked_mean(
            kind.token_loss(said[d], take(whole[:, d], view.params["wanted"][:, d])), view.params["asked"][:, d]
        )
        for d in range(2)
    ]
    torch.testing.assert_close(reps.losses["reconstruction"], each[0] + each[1])


def test_alike_decoders_with_alike_masks_agree() -> None:
    method, batch = cmae(), samples(thing="points")
    one, two = method.decoders
    two.load_state_dict(one.state_dict())
    views, _ = look(method, batch)
    same = {name: p[:, [0, 0]] for name, p in views["view"].params.items()}
    with torch.no_grad():
        found = method.represent(Views({"view": views["view"].with_value(views["view"].value, params=same)}))
    assert found.losses["agreement"].abs().max() < 1e-9


def test_absent_samples_have_no_weight() -> None:
    views, reps = look(cmae(), without(samples(5, thing="points"), "thing", [1, 3]))
    for weight in views.weights.values():
        assert torch.equal(weight[[1, 3]], torch.zeros(2))
    assert all(torch.isfinite(loss).all() for loss in reps.losses.values())
