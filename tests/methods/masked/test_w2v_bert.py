"""w2v-BERT: the lower blocks learn codes, the upper ones tell them."""

from __future__ import annotations

import pytest
import torch

from coview.batch import Reps
from coview.errors import UserError
from coview.losses import code_diversity
from coview.methods.base import Method
from coview.methods.registry import build_method
from tests.contracts.cases import modality
from tests.methods.joint import samples
from tests.methods.slots import joined, look


def made(**options: object) -> Method:
    torch.manual_seed(0)
    slots = {"thing": modality("audio")}
    size = {"dim": 32, "depth": 2}
    return build_method("w2v-bert", slots, encoder="vit", encoder_options=size, options=options).double().train()


def reached(method: Method, reps: Reps, loss: str) -> set[str]:
    for p in method.parameters():
        p.grad = None
    reps.losses[loss].mean().backward()
    blocks = {f"block {i}" for i in range(2)}
    nets = {f"block {i}": method.encoder.net.body.blocks[i] for i in range(2)}  # type: ignore[union-attr]
    parts = nets | {n: c for n, c in method.named_children() if n != "encoder"}
    assert blocks <= set(parts)
    return {n for n, part in parts.items() if any(p.grad is not None for p in part.parameters())}


def test_the_contrast_reaches_the_lower_blocks_and_the_codebook_alone() -> None:
    method = made()
    reps = look(method, samples("audio"))[1]
    assert reached(method, reps, "contrast") == {"block 0", "read", "norm", "quantizer", "context"}


def test_the_prediction_reaches_all_blocks_and_leaves_the_codebook_alone() -> None:
    method = made()
    reps = look(method, samples("audio"))[1]
    assert reached(method, reps, "prediction") == {"block 0", "block 1", "tell"}


def test_diversity_is_of_the_codes_of_all_hidden_tokens_of_the_step() -> None:
    method = made(contrast=2.0)
    whole = samples("audio")
    views, reps = look(method, whole)
    z = joined(reps, whole)
    asked = views["view"].params["asked"].sum((1, 2))
    torch.testing.assert_close(z["count"], asked.double())
    share = z["used"].sum(0) / asked.sum()
    torch.testing.assert_close(share.sum(1), torch.ones(2, dtype=torch.float64))
    torch.testing.assert_close(method.relate(z).losses["diversity"], 0.2 * code_diversity(share))


@pytest.mark.parametrize(("off", "left"), [("contrast", {"prediction"}), ("prediction", {"contrast"})])
def test_either_loss_alone(off: str, left: set[str]) -> None:
    method = made(**{off: 0.0})
    whole = samples("audio")
    reps = look(method, whole)[1]
    assert set(reps.losses) == left
    assert set(method.relate(joined(reps, whole)).losses) == ({"diversity"} if off == "prediction" else set())


def test_noise_cools_by_a_constant_factor() -> None:
    method = made(noise=(2.0, 0.5))
    for progress, want in ((0.0, 2.0), (0.5, 1.0), (1.0, 0.5)):
        method.clock.progress = progress
        assert method._tau() == pytest.approx(want)  # type: ignore[operator]


def test_a_lower_part_of_more_blocks_than_there_are_is_refused() -> None:
    with pytest.raises(UserError, match="lower is 3, and the encoder has 2 blocks"):
        made(lower=3)


def test_blocks_that_no_option_counts_are_counted_when_they_are_read() -> None:
    method = made(lower=2)
    method.lower = 3
    with pytest.raises(UserError, match="lower is 3, and the encoder has 2 blocks"):
        look(method, samples("audio"))
