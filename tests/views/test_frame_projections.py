"""Series in other frames: what is kept, and wavelets against their definition."""

from __future__ import annotations

import math
from itertools import pairwise

import torch

from coview.views.frame_projections import fourier, gabor, gabor_scales


def test_the_fourier_basis_keeps_lengths_and_angles() -> None:
    generator = torch.Generator().manual_seed(0)
    for size in (15, 16):
        x = torch.randn(2, size, 3, dtype=torch.float64, generator=generator)
        told = fourier(x)
        assert told.shape == (2, size // 2 + 1, 6)
        torch.testing.assert_close(told.square().sum((1, 2)), x.square().sum((1, 2)))
        torch.testing.assert_close((told[0] * told[1]).sum(), (x[0] * x[1]).sum())


def test_wavelets_are_the_sum_that_defines_them() -> None:
    x = torch.randn(1, 24, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    scales = [8.0, 11.0]
    found = gabor(x, scales)
    time = torch.arange(24, dtype=torch.float64)
    for k, s in enumerate(scales):
        at = (time[:, None] - time) / s  # (t, u)
        psi = torch.exp(-at.square()) * torch.exp(2j * math.pi * at) / math.sqrt(math.pi)
        want = (x[0, :, 0, None] * psi.conj()).sum(0).abs() / math.sqrt(s)
        torch.testing.assert_close(found[0, :, k], want, rtol=1e-5, atol=1e-7)


def test_a_wave_is_found_at_its_scale() -> None:
    time = torch.arange(256, dtype=torch.float64)
    x = torch.cos(2 * math.pi * time / 16)[None, :, None]
    scales = [4.0, 8.0, 16.0, 32.0]
    strength = gabor(x, scales)[0, 64:192].mean(0) / torch.tensor(scales).sqrt()
    assert int(strength.argmax()) == 2


def test_scales_run_from_the_fastest_wave_to_half_of_the_series() -> None:
    scales = gabor_scales(200, 5)
    assert scales[0] == 2
    assert math.isclose(scales[-1], 100)
    assert all(math.isclose(b / a, scales[1] / scales[0]) for a, b in pairwise(scales))
