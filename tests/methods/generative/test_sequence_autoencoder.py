"""The sequence autoencoder: all that the decoder knows of what is to come is one vector."""

from __future__ import annotations

import pytest
import torch

from coview.modalities.base import Modality
from coview.nn.tokens import places_of
from tests.methods.joint import make, samples
from tests.methods.slots import look


@pytest.mark.parametrize("first", ["events", "series", "text", "image"])
def test_the_loss_is_the_mean_error_of_tokens_that_are_there(first: str) -> None:
    method = make("sequence-autoencoder", first)
    whole = samples(first)
    views, reps = look(method, whole)
    view = views["view"]
    modality: Modality = method.encoder.modality  # type: ignore[assignment]
    tokens = modality.tokens(view)
    pooled = method.encoder(view).pooled[:, 0]  # type: ignore[operator]
    places = places_of(modality, view, 64, slice(None))
    told = method.decoder(pooled, tokens.value[:, 0], places)  # type: ignore[operator]
    each = modality.token_loss(told, tokens.value[:, 0])
    valid = torch.ones_like(each, dtype=torch.bool) if tokens.valid is None else tokens.valid[:, 0]
    want = torch.stack([row[there].mean() for row, there in zip(each, valid, strict=True)])
    torch.testing.assert_close(reps.losses["generation"], want)
    torch.testing.assert_close(views.weights["generation"], valid.sum(1).float())
