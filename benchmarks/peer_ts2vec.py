"""TS2Vec, as the package of that name has it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import numpy as np
import torch

from coview.data.source import Source

DIM = 64


class _Done(Exception):
    """The time is up."""


def ts2vec(source: Source, train: np.ndarray, seed: int, lr: float, seconds: float) -> tuple[np.ndarray, int]:
    """Its defaults (ten dilated convolutions, batches of 16, AdamW), 64 dimensions; whole series pooled."""
    from ts2vec import TS2Vec

    begin = time.process_time()
    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - its crops draw from it
    items: list[Any] = [item for (item,) in source.columns["accelerometer"].items]
    series = np.stack(items).astype(np.float32)
    known = series[train].reshape(-1, series.shape[2])
    series = (series - np.nanmean(known, 0)) / np.nanstd(known, 0)

    def until(model: Any, loss: float) -> None:
        if time.process_time() - begin >= seconds:
            raise _Done

    model = TS2Vec(series.shape[2], output_dims=DIM, device="cpu", lr=lr, after_iter_callback=until)
    with suppress(_Done):
        model.fit(series[train], n_epochs=1_000_000)
    return model.encode(series, encoding_window="full_series"), sum(p.numel() for p in model._net.parameters())
