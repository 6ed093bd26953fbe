"""SSAST: what is hidden is picked and drawn."""

from __future__ import annotations

import pytest
import torch

from coview.errors import UserError
from coview.losses import masked_matching
from coview.losses.parts import masked_mean
from coview.methods.masked.ssast import as_numbers
from coview.nn.tokens import take
from tests.contracts.cases import modality
from tests.methods.joint import make, samples
from tests.methods.slots import look


def test_both_losses_read_one_pass_over_the_same_hidden_tokens() -> None:
    method = make("ssast", "audio", generative=10.0)
    whole = samples("audio")
    views, reps = look(method, whole)
    view = views["view"]
    wanted, asked = view.params["wanted"][:, 0], view.params["asked"][:, 0]
    out = method.encoder(view, masked=view.params["masked"])  # type: ignore[operator]
    told = take(out.tokens[:, 0], wanted)
    hidden = take(modality("audio").tokens(view).value[:, 0], wanted)
    picked = masked_matching(method.discriminative(told), hidden, asked)  # type: ignore[operator]
    drawn = masked_mean(modality("audio").token_loss(method.generative(told), hidden), asked)  # type: ignore[operator]
    torch.testing.assert_close(reps.losses["discriminative"], picked)
    torch.testing.assert_close(reps.losses["generative"], 10 * drawn)


def test_either_loss_can_be_left_out_with_its_head() -> None:
    alone = make("ssast", "audio", discriminative=0.0)
    assert set(look(alone, samples("audio"))[1].losses) == {"generative"}
    assert not hasattr(alone, "discriminative")


def test_frames_are_hidden_one_by_one_and_patches_in_clusters() -> None:
    """Neighbours share their fate far more often in clusters."""

    def together(first: str) -> float:
        method = make("ssast", first, masked=0.5)
        view = look(method, samples(first, n=8))[0]["view"]
        grid = modality(first).grid(view)
        hidden = view.params["masked"][:, 0].unflatten(1, grid).double()
        return float((hidden[..., 1:] == hidden[..., :-1]).double().mean())

    assert together("audio") < 0.65
    assert together("image") > 0.65


def test_symbols_are_compared_as_one_of_many() -> None:
    kind = modality("text")
    ids = torch.tensor([[1, 3]])
    assert torch.equal(as_numbers(ids, kind).double().argmax(-1), ids)
    scores = torch.randn(1, 2, kind.target_dim, dtype=torch.float64)
    torch.testing.assert_close((scores @ as_numbers(ids, kind).double().transpose(1, 2))[0, 0], scores[0, 0, ids[0]])


def test_two_losses_of_no_weight_are_refused() -> None:
    with pytest.raises(UserError, match="discriminative and generative both weigh 0"):
        make("ssast", "audio", generative=0.0, discriminative=0.0)
