"""A causal decoder: what comes after a token is not seen, the summary is."""

from __future__ import annotations

import pytest
import torch

from coview.modalities.base import Modality
from coview.nn.causal_decoder import CausalDecoder
from coview.nn.positions import sincos
from tests.contracts.cases import modality


def told(kind: Modality, tokens: torch.Tensor, summary: torch.Tensor) -> torch.Tensor:
    torch.manual_seed(0)
    decoder = CausalDecoder(kind, 8, 32, 2).double()
    return decoder(summary, tokens, sincos((tokens.shape[1],), 32))


@pytest.mark.parametrize("name", ["series", "text"])
def test_a_token_is_told_from_those_before_it_alone(name: str) -> None:
    kind = modality(name)
    rng = torch.Generator().manual_seed(1)
    shape = (2, 6, kind.token_dim) if kind.token_dim else (2, 6)
    tokens = torch.randn(shape, generator=rng).double() if kind.token_dim else torch.randint(1, 9, shape, generator=rng)
    summary = torch.randn(2, 8, generator=rng).double()
    other = tokens.clone()
    other[:, 3] = other[:, 3] + 1
    a, b = told(kind, tokens, summary), told(kind, other, summary)
    torch.testing.assert_close(a[:, :4], b[:, :4])  # the changed token is itself told from what was before it
    assert bool((a[:, 4:] - b[:, 4:]).abs().amax((1, 2)).gt(1e-4).all())


def test_the_summary_reaches_every_token() -> None:
    kind = modality("series")
    rng = torch.Generator().manual_seed(1)
    tokens = torch.randn(2, 6, kind.token_dim, generator=rng).double()
    summary = torch.randn(2, 8, generator=rng).double()
    changed = (told(kind, tokens, summary) - told(kind, tokens, summary + 1)).abs().amax(-1)
    assert bool(changed.gt(1e-4).all())
