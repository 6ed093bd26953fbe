"""TS2Vec, as the package of that name has it."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import numpy as np
import torch

from coview.data.source import Source

DIM, DEPTH, BATCH = 64, 10, 16


class _Done(Exception):
    """The time is up."""


def ts2vec(
    source: Source, train: np.ndarray, seed: int, lr: float, seconds: float
) -> tuple[np.ndarray, int, dict[str, Any]]:
    """Its defaults (ten dilated convolutions, batches of 16, AdamW), 64 dimensions; whole series pooled."""
    from ts2vec import TS2Vec

    begin = time.process_time()
    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - its crops draw from it
    items: list[Any] = [item for (item,) in source.columns["accelerometer"].items]
    series = np.stack(items).astype(np.float32)
    known = series[train].reshape(-1, series.shape[2])
    series = (series - np.nanmean(known, 0)) / np.nanstd(known, 0)

    steps = 0

    def until(model: Any, loss: float) -> None:
        nonlocal steps
        steps += 1
        if time.process_time() - begin >= seconds:
            raise _Done

    model = TS2Vec(series.shape[2], DIM, DIM, DEPTH, "cpu", lr, BATCH, after_iter_callback=until)
    with suppress(_Done):
        model.fit(series[train], n_epochs=1_000_000)
    set_to = {"steps": steps, "samples trained on": len(train), "blocks": DEPTH + 1, "width": DIM, "batch": BATCH}
    found = model.encode(series, encoding_window="full_series")
    return found, sum(p.numel() for p in model._net.parameters()), set_to
