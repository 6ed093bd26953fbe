from __future__ import annotations

import pytest
import torch

from coview.batch import Views
from coview.methods.masked.simmim import SimMIM
from tests.methods.slots import encoders, look, samples


def simmim(modality: str, **options: float) -> SimMIM:
    made = encoders(thing=modality)
    torch.manual_seed(3)
    return SimMIM(made["thing"], **options).double()  # type: ignore[arg-type]


def test_a_head_of_zeros_costs_the_mean_absolute_value_of_hidden_tokens() -> None:
    method, batch = simmim("image"), samples(thing="image")
    with torch.no_grad():
        method.head.weight.zero_()
        method.head.bias.zero_()
    views, reps = look(method, batch)
    view = views["view"]
    tokens, masked = method.encoder.modality.tokens(view).value[:, 0], view.params["masked"][:, 0]
    expected = torch.stack([t[m].abs().mean() for t, m in zip(tokens, masked)])
    torch.testing.assert_close(reps.losses["reconstruction"], expected.double())


def test_the_value_of_a_hidden_token_reaches_no_prediction() -> None:
    method, batch = simmim("audio"), samples(thing="audio")
    views, _ = look(method, batch)
    said: list[torch.Tensor] = []
    method.head.register_forward_hook(lambda module, given, out: said.append(out))
    view, kind = views["view"], method.encoder.modality
    hidden = view.params["masked"][:, :, :, None]
    other = kind.untokens(torch.where(hidden, 5.0, kind.tokens(view).value), view)
    method.represent(views)
    method.represent(Views({"view": view.with_value(other)}))
    assert torch.equal(said[0], said[1])


def test_text_is_rebuilt_by_cross_entropy() -> None:
    method, batch = simmim("text"), samples(thing="text")
    with torch.no_grad():
        method.head.weight.zero_()
        method.head.bias.zero_()
    _, reps = look(method, batch)
    size = torch.tensor(float(method.encoder.modality.target_dim), dtype=torch.float64)
    torch.testing.assert_close(reps.losses["reconstruction"], size.log().expand(len(batch)))


@pytest.mark.parametrize("unit", [1, 2])
def test_hidden_tokens_come_in_squares(unit: int) -> None:
    method, batch = simmim("image", unit=unit, masked=0.3), samples(60, thing="image")
    grid = method.encoder.modality.grid(look(method, batch)[0]["view"])
    masked = look(method, batch)[0]["view"].params["masked"][:, 0].unflatten(1, grid)
    beside = (masked[:, :, 1:] & masked[:, :, :-1]).float().mean() / masked.float().mean()
    assert (beside > 0.45) == (unit == 2)  # of single tokens, 0.3 have a hidden neighbour on one side
