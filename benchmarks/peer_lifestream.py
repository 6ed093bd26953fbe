"""pytorch-lifestream's CoLES: its encoder, dataset, splitter and loss, in a plain loop."""

from __future__ import annotations

import time
import warnings
from typing import Any

import numpy as np
import torch

from coview.data.source import Source

DIM = 64
EMBEDDING = 16
LENGTH = 64
BATCH = 64
PIECES, LEAST, MOST = 5, 6, 32


def coles(
    source: Source, train: np.ndarray, seed: int, lr: float, seconds: float
) -> tuple[np.ndarray, int, dict[str, Any]]:
    """Five slices of a history, margin 0.5, five hard negatives: the library's defaults; a GRU."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ptls.frames.coles import ColesDataset, CoLESModule
        from ptls.frames.coles.split_strategy import SampleSlices
        from ptls.nn import RnnSeqEncoder, TrxEncoder

    begin = time.process_time()
    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the library's splitter draws from it
    histories, words, numbers = _coded(source, train)
    chosen: Any = [histories[i] for i in train]
    transactions = TrxEncoder(
        embeddings={name: {"in": many + 1, "out": EMBEDDING} for name, many in words.items()},
        numeric_values=dict.fromkeys(numbers, "identity"),
    )
    encoder = RnnSeqEncoder(trx_encoder=transactions, hidden_size=DIM, type="gru")
    module: Any = CoLESModule(seq_encoder=encoder)
    data = ColesDataset(chosen, SampleSlices(PIECES, LEAST, MOST))
    loader = torch.utils.data.DataLoader(data, BATCH, shuffle=True, drop_last=True, collate_fn=data.collate_fn)
    optimizer = torch.optim.Adam(module.parameters(), lr=lr)
    module.train()
    steps = 0
    while time.process_time() - begin < seconds:
        for batch in loader:
            optimizer.zero_grad()
            module._loss(*module.shared_step(*batch)).backward()
            optimizer.step()
            steps += 1
            if time.process_time() - begin >= seconds:
                break
    set_to = {
        "steps": steps, "samples trained on": len(train), "network": "GRU", "width": DIM, "of a word": EMBEDDING,
        "batch": BATCH, "last events": LENGTH, "slices": PIECES, "events of a slice": [LEAST, MOST],
    }  # fmt: skip
    return _embedded(module, histories), sum(p.numel() for p in encoder.parameters()), set_to


def _embedded(module: Any, histories: list[dict[str, torch.Tensor]]) -> np.ndarray:
    from ptls.data_load.utils import collate_feature_dict

    module.eval()
    found = []
    with torch.no_grad():
        for first in range(0, len(histories), 256):
            found.append(module(collate_feature_dict(histories[first : first + 256])).numpy())
    return np.concatenate(found)


def _coded(source: Source, train: np.ndarray) -> tuple[list[dict[str, torch.Tensor]], dict[str, int], list[str]]:
    """Histories as the library reads them: words by their code from 1, numbers by training mean and deviation."""
    raw: list[Any] = [history for (history,) in source.columns["flights"].items]
    names = [name for name in raw[0] if name != "time"]
    words = [name for name in names if raw[0][name].dtype.kind == "O"]
    numbers = [name for name in names if name not in words]
    seen = {name: sorted({str(v) for i in train for v in raw[i][name]}) for name in words}
    code = {name: {word: i + 1 for i, word in enumerate(found)} for name, found in seen.items()}
    gap = [np.log1p(np.diff(h["time"], prepend=h["time"][0]) / 3600) for h in raw]
    values = [{**{n: np.nan_to_num(h[n]) for n in numbers}, "gap": g} for h, g in zip(raw, gap, strict=True)]
    told: list[dict[str, torch.Tensor]] = [{} for _ in raw]
    for name in (*numbers, "gap"):
        known = np.concatenate([values[i][name] for i in train])
        mean, deviation = known.mean(), known.std() or 1.0
        for into, value in zip(told, values, strict=True):
            into[name] = torch.tensor((value[name] - mean) / deviation, dtype=torch.float32)[-LENGTH:]
    for name in words:
        for into, history in zip(told, raw, strict=True):
            into[name] = torch.tensor([code[name].get(str(w), 0) for w in history[name]])[-LENGTH:]
    for into, history in zip(told, raw, strict=True):
        into["event_time"] = torch.tensor(history["time"], dtype=torch.float64)[-LENGTH:]
    return told, {name: len(found) for name, found in code.items()}, [*numbers, "gap"]
