"""Masked reconstruction and latent regression: per sample, masked tokens only, closed forms."""

from __future__ import annotations

from math import log

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from coview.errors import UserError
from coview.losses import (
    latent_regression,
    masked_absolute_error,
    masked_agreement,
    masked_cross_entropy,
    masked_squared_error,
    normalise_patches,
)

MASKED = torch.tensor([[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]], dtype=torch.bool)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("loss", "error"),
    [
        (masked_squared_error, F.mse_loss),
        (masked_absolute_error, F.l1_loss),
        (latent_regression, F.smooth_l1_loss),
    ],
)
def test_is_the_mean_error_over_a_samples_masked_tokens(loss, error) -> None:
    prediction, target = draw(2, 4, 3, 5)
    expected = [error(p[m], t[m]) if m.any() else p.new_zeros(()) for p, t, m in zip(prediction, target, MASKED)]
    torch.testing.assert_close(loss(prediction, target, MASKED), torch.stack(expected))


@pytest.mark.parametrize("loss", [masked_squared_error, masked_absolute_error, latent_regression])
def test_tokens_that_are_not_masked_are_not_read(loss) -> None:
    prediction, target = draw(2, 4, 3, 5)
    spoilt = target.masked_fill(~MASKED[..., None], torch.nan)
    prediction.requires_grad_()
    result = loss(prediction, spoilt, MASKED)
    torch.testing.assert_close(result, loss(prediction, target, MASKED))


def test_masked_cross_entropy_knows_nothing_at_log_of_the_classes() -> None:
    loss = masked_cross_entropy(torch.zeros(4, 3, 10), torch.zeros(4, 3, dtype=torch.long), MASKED)
    torch.testing.assert_close(loss, torch.tensor([log(10), 0, log(10), log(10)]))


def test_masked_cross_entropy_reads_no_token_that_is_not_masked() -> None:
    logits, tokens = draw(4, 3, 10), torch.tensor([[1, 2, 3]] * 4)
    expected = masked_cross_entropy(logits, tokens, MASKED)
    torch.testing.assert_close(masked_cross_entropy(logits, tokens.masked_fill(~MASKED, -100), MASKED), expected)


def test_normalised_patches_have_mean_zero_and_variance_one() -> None:
    patches = normalise_patches(100 + 7 * draw(4, 3, 20))
    torch.testing.assert_close(patches.mean(-1), torch.zeros(4, 3, dtype=torch.float64))
    torch.testing.assert_close(patches.var(-1), torch.ones(4, 3, dtype=torch.float64))


def test_a_flat_patch_becomes_zeros() -> None:
    assert normalise_patches(torch.full((1, 2, 8), 0.3)).abs().max() < 1e-3


def test_latent_regression_is_square_within_beta_and_line_beyond() -> None:
    target = torch.zeros(2, 1, 1)
    prediction = torch.tensor([0.5, 6.0]).view(2, 1, 1)
    torch.testing.assert_close(
        latent_regression(prediction, target, beta=2.0), torch.tensor([0.5**2 / (2 * 2.0), 6.0 - 2.0 / 2])
    )


def test_latent_regression_takes_blocks_of_tokens() -> None:
    prediction, target = draw(2, 4, 3, 6, 5)
    expected = F.smooth_l1_loss(prediction, target, reduction="none").mean((1, 2, 3))
    torch.testing.assert_close(latent_regression(prediction, target), expected)


def test_a_beta_that_is_not_positive_is_refused() -> None:
    with pytest.raises(UserError, match="above 0"):
        latent_regression(torch.zeros(1, 1, 1), torch.zeros(1, 1, 1), beta=0)


def test_a_mask_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        masked_squared_error(torch.zeros(4, 3, 2), torch.zeros(4, 3, 2), MASKED[:, :2])


def test_agreement_goes_from_zero_through_one_to_two() -> None:
    a = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]])
    b = torch.tensor([[[3.0, 0.0], [0.0, 2.0], [-1.0, 0.0]]])
    for t in range(3):
        alone = torch.arange(3)[None] == t
        torch.testing.assert_close(masked_agreement(a, b, alone), torch.tensor([float(t)]))
    torch.testing.assert_close(masked_agreement(a, b, torch.ones(1, 3, dtype=torch.bool)), torch.ones(1))
