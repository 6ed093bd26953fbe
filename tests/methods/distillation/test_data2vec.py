from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from coview.losses import latent_regression
from coview.methods.distillation.data2vec import Data2Vec, TargetNorm, mean_of_layers
from coview.nn.tokens import take
from tests.methods.slots import encoders, look, samples


def data2vec(modality: str, **options: object) -> Data2Vec:
    made = encoders(thing=modality)
    torch.manual_seed(3)
    return Data2Vec(made["thing"], **options).double()  # type: ignore[arg-type]


def test_targets_are_the_mean_of_the_last_layers_normalised_by_token() -> None:
    layers = [torch.randn(2, 5, 8) for _ in range(3)]
    found = mean_of_layers(layers, TargetNorm.TOKEN)
    by_hand = torch.zeros(2, 5, 8)
    for layer in layers:
        by_hand += (layer - layer.mean(2, keepdim=True)) / (layer.var(2, correction=0, keepdim=True) + 1e-5).sqrt() / 3
    torch.testing.assert_close(found, by_hand)


def test_targets_normalised_over_the_sample_are_instance_norm() -> None:
    layer = torch.randn(2, 5, 8)
    expected = F.instance_norm(layer.transpose(1, 2)).transpose(1, 2)
    torch.testing.assert_close(mean_of_layers([layer], TargetNorm.SAMPLE), expected)


def test_statistics_over_the_sample_read_no_padding() -> None:
    layer = torch.randn(2, 5, 8)
    valid = torch.arange(5) < torch.tensor([[3], [5]])
    found = mean_of_layers([layer], TargetNorm.SAMPLE, valid)
    alone = mean_of_layers([layer[:1, :3]], TargetNorm.SAMPLE)
    torch.testing.assert_close(found[:1, :3], alone)


def test_the_loss_compares_hidden_tokens_with_the_teacher_that_saw_all() -> None:
    method, batch = data2vec("image", layers=2, beta=0.7), samples(thing="image")
    with torch.no_grad():
        for p in method.teacher.parameters():
            p.mul_(1.5)
    views, reps = look(method, batch)
    view = views["view"]
    with torch.no_grad():
        said = method.teacher.module(view, layers=True)
        targets = mean_of_layers([layer[:, 0] for layer in said.layers[-2:]], TargetNorm.TOKEN)
        tokens = method.head(method.encoder(view, masked=view.params["masked"]).tokens[:, 0])
    hidden = view.params["masked"][:, 0]
    expected = latent_regression(tokens, targets, hidden, beta=0.7)
    torch.testing.assert_close(reps.losses["latent"], expected)


@pytest.mark.parametrize(("modality", "norm"), [("image", "token"), ("text", "token"), ("audio", "sample")])
def test_the_papers_normalisation_is_chosen_by_modality(modality: str, norm: str) -> None:
    batch = samples(thing=modality)
    chosen = look(data2vec(modality), batch)[1].losses["latent"]
    named = look(data2vec(modality, norm=TargetNorm(norm)), batch)[1].losses["latent"]
    assert torch.equal(chosen, named)


def test_no_gradient_reaches_the_teacher_and_it_follows_the_encoder() -> None:
    method, batch = data2vec("text", momentum=0.5, momentum_end=1.0), samples(thing="text")
    look(method, batch)[1].losses["latent"].sum().backward()
    assert all(p.grad is None for p in method.teacher.parameters())
    with torch.no_grad():
        for p in method.encoder.parameters():
            p.add_(1.0)
    before = [p.clone() for p in method.teacher.parameters()]
    method.clock.progress = 0.5
    method.after_step({})
    for was, now, to in zip(before, method.teacher.parameters(), method.encoder.parameters()):
        torch.testing.assert_close(now.detach(), 0.75 * was + 0.25 * to.detach())


def test_taking_tokens_by_position_keeps_rows_apart() -> None:
    tokens = torch.arange(12).view(2, 6)
    at = torch.tensor([[[5, 0]], [[1, 1]]])
    assert take(tokens, at).tolist() == [[[5, 0]], [[7, 7]]]
