"""Parity with independent implementations, values and gradients, to 1e-5."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from coview import losses


def load(module: str) -> Any:
    with warnings.catch_warnings():  # what a reference warns of on import is not ours
        warnings.simplefilter("ignore")
        return pytest.importorskip(module, reason=f"{module} is a reference of the test extra")


def draw(*shape: int, seed: int = 0) -> list[Tensor]:
    return list(torch.randn(shape, generator=torch.Generator().manual_seed(seed)))


def assert_parity(ours: Callable[..., Tensor], theirs: Callable[..., Tensor], *inputs: Tensor) -> None:
    results = []
    for loss in (ours, theirs):
        leaves = [x.clone().requires_grad_() for x in inputs]
        value = loss(*leaves).squeeze()
        results.append((value.detach(), *torch.autograd.grad(value, leaves)))
    torch.testing.assert_close(*results, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("temperature", [0.05, 0.5])
def test_nt_xent(temperature: float) -> None:
    theirs = load("lightly.loss").NTXentLoss(temperature)
    assert_parity(lambda a, b: losses.nt_xent(a, b, temperature), theirs, *draw(2, 16, 8))


def test_barlow_twins() -> None:
    assert_parity(losses.cross_correlation, load("lightly.loss").BarlowTwinsLoss(), *draw(2, 16, 8))


@pytest.mark.parametrize("scale", [0.3, 2.0])
def test_vicreg(scale: float) -> None:
    a, b = draw(2, 16, 8)
    assert_parity(losses.vicreg, load("lightly.loss").VICRegLoss(), a * scale, b * scale)


def test_negative_cosine() -> None:
    assert_parity(losses.negative_cosine, load("lightly.loss").NegativeCosineSimilarity(), *draw(2, 16, 8))


def test_koleo() -> None:
    assert_parity(losses.koleo, load("lightly.loss").KoLeoLoss(), *draw(1, 16, 8))


def test_self_distillation() -> None:
    student, teacher = torch.stack(draw(16, 5, 8)), torch.stack(draw(16, 2, 8, seed=1))
    (centre,) = draw(1, 8, seed=2)

    def theirs(s: Tensor) -> Tensor:
        loss = load("lightly.loss").DINOLoss(output_dim=8, teacher_temp=0.04)
        loss.center.copy_(centre)
        return loss(list(teacher.unbind(1)), list(s.unbind(1)), teacher_temp=0.04)

    assert_parity(lambda s: losses.self_distillation(s, teacher, centre), theirs, student)


@pytest.mark.parametrize("iterations", [1, 3, 10])
def test_sinkhorn(iterations: int) -> None:
    theirs = load("lightly.loss.swav_loss").sinkhorn
    scores = torch.stack(draw(16, 6)).tanh()
    expected = theirs(scores, iterations=iterations, epsilon=0.05)
    torch.testing.assert_close(losses.sinkhorn(scores, iterations=iterations), expected, rtol=1e-5, atol=1e-5)


def test_swapped_prediction() -> None:
    scores = torch.stack(draw(16, 5, 6)).tanh()

    def ours(s: Tensor) -> Tensor:
        assignments = torch.stack([losses.sinkhorn(s[:, i]) for i in range(2)], 1)
        return losses.swapped_prediction(s, assignments)

    def theirs(s: Tensor) -> Tensor:
        return load("lightly.loss").SwaVLoss()(list(s[:, :2].unbind(1)), list(s[:, 2:].unbind(1)))

    assert_parity(ours, theirs, scores)


def test_clip() -> None:
    theirs = load("open_clip.loss").ClipLoss()
    assert_parity(
        lambda a, b, log_scale: losses.symmetric_info_nce(a, b, (-log_scale).exp()),
        lambda a, b, log_scale: theirs(F.normalize(a, dim=1), F.normalize(b, dim=1), log_scale.exp()),
        *draw(2, 16, 8),
        torch.tensor(2.6),
    )


def test_siglip() -> None:
    theirs = load("open_clip.loss").SigLipLoss()
    assert_parity(
        lambda a, b, log_scale, bias: losses.pairwise_sigmoid(a, b, log_scale.exp(), bias),
        lambda a, b, log_scale, bias: theirs(F.normalize(a, dim=1), F.normalize(b, dim=1), log_scale.exp(), bias),
        *draw(2, 16, 8),
        torch.tensor(2.3),
        torch.tensor(-4.0),
    )
