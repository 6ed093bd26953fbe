from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from coview.batch import Views
from coview.losses import latent_regression
from coview.methods.predictive.i_jepa import IJEPA
from coview.nn.tokens import take
from tests.methods.slots import encoders, look, samples


def jepa(modality: str, **options: object) -> IJEPA:
    made = encoders(thing=modality)
    torch.manual_seed(3)
    return IJEPA(made["thing"], predictor_dim=32, predictor_depth=1, **options).double()  # type: ignore[arg-type]


@pytest.mark.parametrize("modality", ["image", "text", "audio"])
@pytest.mark.parametrize("step", [1, 2, 3])
def test_the_context_holds_no_target_and_no_padding_and_something(modality: str, step: int) -> None:
    method, batch = jepa(modality), samples(40, thing=modality)
    view = look(method, batch, step)[0]["view"]
    how = view.params
    valid = method.encoder.modality.tokens(view).valid
    for i in range(len(batch)):
        context = set(how["keep"][i, 0][how["keep_valid"][i, 0]].tolist())
        targets = set(how["wanted"][i, 0][how["wanted_valid"][i, 0]].tolist())
        assert context
        assert targets
        assert not context & targets
        if valid is not None:
            assert valid[i, 0][list(context | targets)].all()


def test_all_target_blocks_of_a_step_have_one_size_and_steps_differ() -> None:
    method, batch = jepa("image", target_scale=(0.1, 0.6)), samples(20, thing="image")
    sizes = [look(method, batch, step)[0]["view"].params["wanted_valid"].sum(-1).unique() for step in range(6)]
    assert all(len(size) == 1 for size in sizes)
    assert len({int(size) for size in sizes}) > 1


def test_target_blocks_are_rectangles() -> None:
    method, batch = jepa("image"), samples(20, thing="image")
    view = look(method, batch)[0]["view"]
    wide = method.encoder.modality.grid(view)[1]
    at = view.params["wanted"]
    rows, columns = at // wide, at % wide
    height, width = (x.amax(-1) - x.amin(-1) + 1 for x in (rows, columns))
    assert torch.equal(height * width, view.params["wanted_valid"].sum(-1))


def test_the_loss_compares_the_prediction_with_the_teachers_normalised_tokens() -> None:
    method, batch = jepa("image"), samples(thing="image")
    with torch.no_grad():
        for p in method.teacher.parameters():
            p.mul_(1.5)
    said: list[torch.Tensor] = []
    method.predictor.register_forward_hook(lambda module, given, out: said.append(out))
    views, reps = look(method, batch)
    view = views["view"]
    with torch.no_grad():
        whole = method.teacher.module(view).tokens[:, 0]
    goal = take(F.layer_norm(whole, whole.shape[-1:]), view.params["wanted"][:, 0])
    expected = latent_regression(said[0].unflatten(0, (len(batch), 4)), goal, view.params["wanted_valid"][:, 0])
    torch.testing.assert_close(reps.losses["latent"], expected)


def test_a_target_block_is_predicted_from_the_context_alone() -> None:
    method, batch = jepa("image"), samples(thing="image")
    views, _ = look(method, batch)
    view, kind = views["view"], method.encoder.modality
    context = torch.zeros(kind.tokens(view).value.shape[:3], dtype=torch.bool)
    context.scatter_(2, view.params["keep"], view.params["keep_valid"])
    said: list[torch.Tensor] = []
    method.predictor.register_forward_hook(lambda module, given, out: said.append(out))
    other = kind.untokens(torch.where(context[..., None], kind.tokens(view).value, 3.0), view)
    method.represent(views)
    method.represent(Views({"view": view.with_value(other)}))
    torch.testing.assert_close(said[0], said[1])


def test_one_token_predicts_nothing_and_has_no_weight() -> None:
    method, batch = jepa("text"), samples(4, thing="text")
    batch["thing"].length[1] = 1
    views, reps = look(method, batch)
    assert views.weights["latent"][1] == 0
    assert torch.isfinite(reps.losses["latent"]).all()


def test_two_tokens_predict_one_from_the_other() -> None:
    method, batch = jepa("text"), samples(4, thing="text")
    batch["thing"].length[:] = 2
    views, _ = look(method, batch)
    how = views["view"].params
    assert (how["keep_valid"].sum(-1) == 1).all()
    assert (views.weights["latent"] > 0).all()
