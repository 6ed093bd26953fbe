from __future__ import annotations

import math

import pytest
import torch

from coview.modalities.audio import mel
from coview.modalities.audio.mel import fft_size, hz_to_mel, mel_filters, mel_to_hz

AT_16K = {"rate": 16_000, "window": 512, "hop": 256, "mels": 64, "n_fft": 512}


def sine(hz: float, *, rate: int = 16_000, seconds: float = 0.5, amplitude: float = 0.5) -> torch.Tensor:
    return amplitude * torch.sin(2 * math.pi * hz * torch.arange(int(rate * seconds), dtype=torch.float64) / rate)


def mel_energy(wave: torch.Tensor, **extents: int) -> torch.Tensor:
    return mel.mel_energy(wave, **extents).dense()


def test_mel_scale_is_linear_below_a_kilohertz_and_logarithmic_above() -> None:
    hz = torch.tensor([0.0, 500.0, 1000.0, 6400.0], dtype=torch.float64)
    assert torch.allclose(hz_to_mel(hz), torch.tensor([0.0, 7.5, 15.0, 42.0], dtype=torch.float64))


def test_mel_scale_inverts() -> None:
    hz = torch.linspace(0, 24_000, 1000, dtype=torch.float64)
    assert torch.allclose(mel_to_hz(hz_to_mel(hz)), hz)


@pytest.mark.parametrize(
    ("mel", "bin", "expected"),
    [
        (0, 5, 0.4662051498889923),
        (0, 15, 0.6013845801353455),
        (2, 40, 0.4115028381347656),
        (4, 70, 0.7828634977340698),
        (7, 200, 0.7485555410385132),
        (7, 230, 0.3475436568260193),
    ],
)
def test_filters_are_those_of_librosa(mel: int, bin: int, expected: float) -> None:
    """Printed by librosa 0.11: `filters.mel(sr=16000, n_fft=512, n_mels=8, norm=None)`."""
    assert float(mel_filters(16_000, 512, 8)[mel, bin]) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(("rate", "mels"), [(16_000, 64), (8_000, 40)])
def test_filters_share_every_frequency_between_neighbours(rate: int, mels: int) -> None:
    fine = mel_filters(rate, 1 << 14, mels)
    top = rate / 2 * torch.linspace(0, 1, fine.shape[1])
    edges = mel_to_hz(hz_to_mel(torch.tensor(rate / 2).double()) * torch.linspace(0, 1, mels + 2).double())
    inner = (top > edges[1]) & (top < edges[-2])
    assert torch.allclose(fine.sum(0)[inner], torch.ones(int(inner.sum())), atol=1e-5)


@pytest.mark.parametrize(("rate", "window", "mels"), [(8_000, 64, 64), (16_000, 512, 128), (4_000, 128, 256)])
def test_no_filter_is_without_a_bin(rate: int, window: int, mels: int) -> None:
    filters = mel_filters(rate, fft_size(rate, window, mels), mels)
    assert (filters.sum(1) > 0.05).all()


def test_the_transform_is_no_longer_than_it_must() -> None:
    assert fft_size(16_000, 512, 64) == 512
    assert fft_size(16_000, 513, 64) == 1024


@pytest.mark.parametrize("hz", [250.0, 700.0, 1500.0, 3100.0, 6000.0])
def test_a_tone_is_loudest_in_its_band(hz: float) -> None:
    energy = mel_energy(sine(hz)[None], **AT_16K)[0, 10]
    centres = mel_to_hz(hz_to_mel(torch.tensor(8000.0).double()) * torch.linspace(0, 1, 66).double())[1:-1]
    assert int(energy.argmax()) == int((centres - hz).abs().argmin())


def test_a_tone_on_a_bin_has_the_energy_of_the_window() -> None:
    """A Hann window that sums to 1 gives A/2 at the tone's bin and A/4 at its neighbours."""
    hz, amplitude = 1000.0, 0.5  # bin 32 of 512
    energy = mel_energy(sine(hz, amplitude=amplitude)[None], **AT_16K)[0, 10]
    filters = mel_filters(16_000, 512, 64)
    expected = (amplitude / 2) ** 2 * (filters[:, 32] + (filters[:, 31] + filters[:, 33]) / 4)
    assert torch.allclose(energy, expected, atol=1e-6)


def test_energy_grows_with_the_square_of_loudness() -> None:
    quiet, loud = (mel_energy(sine(440, amplitude=a)[None], **AT_16K) for a in (0.1, 0.4))
    assert torch.allclose(loud, 16 * quiet, rtol=1e-3, atol=1e-9)


def test_frames_are_centred_at_steps_of_the_hop() -> None:
    click = torch.zeros(1, 4096)
    click[0, 1024] = 1
    energy = mel_energy(click, **AT_16K).sum(-1)[0]
    assert energy.shape == (16,)
    assert int(energy.argmax()) == 4
    assert energy[3] == pytest.approx(float(energy[5]), rel=1e-3)
    assert (energy[:3] == 0).all()
    assert energy[6:].max() < 1e-12


def test_silence_after_the_end_changes_no_frame() -> None:
    wave = torch.randn(1, 4096, generator=torch.Generator().manual_seed(0))
    longer = torch.nn.functional.pad(wave, (0, 4096))
    assert torch.equal(mel_energy(longer, **AT_16K)[:, :16], mel_energy(wave, **AT_16K))


def test_rows_do_not_depend_on_their_batch_to_the_bit() -> None:
    wave = torch.randn(23, 5000, generator=torch.Generator().manual_seed(0))
    whole = mel_energy(wave, **AT_16K)
    for sizes in ([1] * 23, [2, 3, 18], [22, 1]):
        assert torch.equal(torch.cat([mel_energy(part, **AT_16K) for part in wave.split(sizes)]), whole)


def test_a_window_shorter_than_the_transform_sees_as_much_as_before() -> None:
    wave = torch.randn(1, 4096, generator=torch.Generator().manual_seed(0))
    fine = mel_energy(wave, **{**AT_16K, "n_fft": 2048, "mels": 4})
    usual = mel_energy(wave, **{**AT_16K, "mels": 4})
    assert torch.allclose(fine / 4, usual, rtol=0.05)
