from __future__ import annotations

import pytest
import torch

from coview.batch import Views
from coview.methods.predictive.t_jepa import TJEPA
from coview.methods.registry import build_method
from coview.nn.tokens import take
from tests.contracts.cases import modality
from tests.methods.slots import encoders, look, samples


def jepa(kind: str = "table", **options: object) -> TJEPA:
    made = encoders(thing=kind)
    torch.manual_seed(3)
    return TJEPA(made["thing"], predictor_dim=32, predictor_depth=1, **options).double()  # type: ignore[arg-type]


def test_it_reads_a_regularisation_token_unless_told_otherwise() -> None:
    made = [build_method("t-jepa", {"row": modality("table")}, encoder_options=o) for o in ({}, {"registers": 0})]
    assert [m.encoder.options["registers"] for m in made] == [1, 0]  # type: ignore[union-attr]
    assert made[0].teacher.module.net.registers.shape == (1, made[0].encoder.dim)  # type: ignore[union-attr]
    assert build_method("i-jepa", {"row": modality("table")}).encoder.options["registers"] == 0  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["table", "text"])
@pytest.mark.parametrize("step", [1, 2])
def test_context_and_targets_share_nothing_and_hold_as_many_as_was_drawn(kind: str, step: int) -> None:
    method, batch = jepa(kind), samples(30, thing=kind)
    view = look(method, batch, step)[0]["view"]
    how = view.params
    valid = method.encoder.modality.tokens(view).valid
    for i in range(len(batch)):
        have = how["keep"].new_tensor(5) if valid is None else valid[i, 0].sum()
        context = how["keep"][i, 0][how["keep_valid"][i, 0]].tolist()
        assert 1 <= len(context) <= max(1, round(0.4 * float(have)))
        sizes = {int(x) for x in how["wanted_valid"][i, 0].sum(-1)}
        assert len(sizes) == 1
        assert min(sizes) >= 1
        for at, there in zip(how["wanted"][i, 0], how["wanted_valid"][i, 0], strict=True):
            asked = at[there].tolist()
            assert len(set(asked)) == len(asked)
            assert not set(asked) & set(context)
            assert valid is None or bool(valid[i, 0][asked].all())


def test_targets_of_a_row_differ() -> None:
    view = look(jepa(), samples(40, thing="table"))[0]["view"]
    sets = [frozenset(x.tolist()) for x in view.params["wanted"][:, 0].flatten(0, 1)]
    assert len(set(sets)) > 4


def test_the_loss_is_the_squared_error_to_the_teachers_tokens() -> None:
    method, batch = jepa(), samples(thing="table")
    with torch.no_grad():
        for p in method.teacher.parameters():
            p.mul_(1.5)
    said: list[torch.Tensor] = []
    method.predictor.register_forward_hook(lambda module, given, out: said.append(out))
    views, reps = look(method, batch)
    view = views["view"]
    with torch.no_grad():
        whole = method.teacher.module(view).tokens[:, 0]
    goal = take(whole, view.params["wanted"][:, 0])
    off = (said[0].unflatten(0, (len(batch), 4)) - goal).square().mean(-1)
    asked = view.params["wanted_valid"][:, 0]
    expected = (off * asked).sum((1, 2)) / asked.sum((1, 2))
    torch.testing.assert_close(reps.losses["latent"], expected)


def test_targets_are_predicted_from_the_context_alone() -> None:
    method, batch = jepa(), samples(thing="table")
    views, _ = look(method, batch)
    view = views["view"]
    context = torch.zeros(len(batch), 1, 5, dtype=torch.bool)
    context.scatter_(2, view.params["keep"], view.params["keep_valid"])
    said: list[torch.Tensor] = []
    method.predictor.register_forward_hook(lambda module, given, out: said.append(out))
    method.represent(views)
    method.represent(Views({"view": view.with_value(torch.where(context[..., None], view.value, 0.0))}))
    torch.testing.assert_close(said[0], said[1])


def test_one_token_predicts_nothing() -> None:
    method, batch = jepa("text"), samples(4, thing="text")
    batch["thing"].length[1] = 1
    views, reps = look(method, batch)
    assert views.weights["latent"][1] == 0
    assert torch.isfinite(reps.losses["latent"]).all()
