"""A codebook learned by the Gumbel softmax."""

from __future__ import annotations

import pytest
import torch

from coview.errors import UserError
from coview.nn.quantizer import GumbelQuantizer


def made() -> tuple[GumbelQuantizer, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(5, 7, 6, dtype=torch.float64, generator=generator)
    uniform = torch.rand(5, 7, 2, 4, generator=generator)
    return GumbelQuantizer(6, 2, 4, 8).double(), x, uniform


def test_a_value_is_made_of_one_code_of_each_group() -> None:
    quantizer, x, uniform = made()
    found = quantizer(x, uniform, 0.7)
    want = torch.cat([quantizer.table[g][found.ids[..., g]] for g in range(2)], -1)
    torch.testing.assert_close(found.value, want)
    torch.testing.assert_close(found.probabilities.sum(-1), torch.ones(5, 7, 2, dtype=torch.float64))


def test_the_gradient_is_that_of_the_softmax() -> None:
    quantizer, x, uniform = made()
    tau = 0.7
    found = quantizer(x, uniform, tau).value
    direction = torch.randn(found.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    (got,) = torch.autograd.grad((found * direction).sum(), quantizer.logits.weight)
    noise = -(-uniform.double().log()).log()
    soft = ((quantizer.logits(x).unflatten(-1, (2, 4)) + noise) / tau).softmax(-1)
    value = torch.einsum("...gk,gke->...ge", soft, quantizer.table).flatten(-2)
    (want,) = torch.autograd.grad((value * direction).sum(), quantizer.logits.weight)
    torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-6)


def test_noise_draws_codes_as_often_as_they_are_likely() -> None:
    quantizer, x, _ = made()
    some = x[:1, :1].expand(1, 20_000, -1)
    uniform = torch.rand(1, 20_000, 2, 4, generator=torch.Generator().manual_seed(3))
    found = quantizer(some, uniform, 1.0)
    for g in range(2):
        often = found.ids[0, :, g].bincount(minlength=4) / 20_000
        torch.testing.assert_close(often.double(), found.probabilities[0, 0, g], rtol=0, atol=0.02)


def test_a_width_that_groups_do_not_divide_is_refused() -> None:
    with pytest.raises(UserError, match="codes of 8 numbers cannot be made of 3 groups"):
        GumbelQuantizer(6, 3, 4, 8)
