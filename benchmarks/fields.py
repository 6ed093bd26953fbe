"""coview beside the library that a field has of its own: the same data, width of network and processor time.

    pip install --no-deps pytorch-lifestream ts2vec gensim smart_open wrapt
    python benchmarks/fields.py
    python benchmarks/fields.py --rows events

coview trains a number of steps; each peer then has as many seconds of one core to train as that and embedding all
samples took, what it makes of the samples first included, with the defaults of its documentation but the learning rate,
which is chosen for every contender alike: three are tried with seed 0, by the probe's accuracy on the validation part.
Embeddings of the same width are read by the same linear probe, its strength chosen on the validation part; the test
part is scored once a seed.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.metadata import version
from statistics import mean
from typing import Any

import numpy as np
import torch
from peer_geometric import infomax, node2vec
from peer_lifestream import coles
from peer_ts2vec import ts2vec
from record import ROOT, circumstances, save

from coview.data.source import Source
from coview.engine.config import FitConfig
from coview.engine.fit import fit_data
from coview.evaluate.embed import embed_data
from coview.evaluate.items import Items
from coview.evaluate.linear import linear
from coview.methods.base import Method
from coview.nn.diffusion import DiffusionNet
from coview.nn.encoder import Encoder
from coview.papers.graphs import packages
from coview.papers.recorded import aircraft, watch
from coview.use.train import Prepared, prepare

Peer = Callable[[Source, np.ndarray, int, float, float], tuple[np.ndarray, int]]
"""Samples, rows to train on, seed, learning rate, seconds -> embeddings of all samples, parameters of the network."""
RATES = (0.001, 0.004, 0.016)


@dataclass(frozen=True)
class Row:
    """One comparison.

    Args:
        source: samples in parts.
        slot: what is learned from.
        label: what the probe tells.
        method: coview's.
        steps: of it.
        options: of it.
        peers: name -> package and program.
    """

    source: Callable[[], Source]
    slot: str
    label: str
    method: str
    steps: int
    options: dict[str, Any]
    peers: dict[str, tuple[str, Peer]] = field(default_factory=dict)


ROWS = {
    "events": Row(
        aircraft, "flights", "manufacturer", "coles", 430,
        {
            "modality": {"events": {"length": 64, "dropout": 0.0, "hide": 0.0}},
            "encoder": "gru",
            "encoder_options": {"dim": 64},
            "batch_size": 64,
        },
        {"CoLES": ("pytorch-lifestream", coles)},
    ),
    "series": Row(
        watch, "accelerometer", "exercise", "comet", 200,
        {
            "modality": {"series": {"patch": 1}},
            "encoder_options": {"dim": 64, "depth": 11},  # as many blocks as TS2Vec's, on batches as small
            "batch_size": 16,
            "options": {"observation": 0.5, "sample": 0.5, "wholes": 0.0},
        },
        {"TS2Vec": ("ts2vec", ts2vec)},
    ),
    "graph": Row(
        packages, "package", "section", "mvgrl", 300,
        {"encoder": "gcn", "encoder_options": {"dim": 64, "depth": 2}, "batch_size": 64},
        {"Deep Graph Infomax": ("torch-geometric", infomax), "node2vec": ("gensim", node2vec)},
    ),
}  # fmt: skip


def main() -> None:
    """Runs the rows that are asked for and writes them beside those on record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=lambda text: text.split(","), default=list(ROWS))
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    for name in asked.rows:
        load = os.getloadavg()
        found = _compared(ROWS[name], asked.seeds)
        path = ROOT / "results" / "benchmarks" / "fields.json"
        known = json.loads(path.read_text()) if path.exists() else {}
        save("fields", known | {name: found | {"circumstances": circumstances(load, 1)}}, None)


def _compared(row: Row, seeds: int) -> dict[str, Any]:
    source = row.source()
    config = FitConfig(row.method, slots=[row.slot], steps=row.steps, threads=1, **row.options)
    ready = prepare(config, source)
    place = {name: i for i, name in enumerate(source.names)}
    same = source.rows([place[name] for name in ready.data.names]).only([row.slot])
    train, seconds = ready.rows["train"].numpy(), 0.0

    def ours(seed: int, lr: float, seconds: float) -> tuple[np.ndarray, int]:
        run = fit_data(replace(config, seed=seed, lr=lr), ready.data, ready.rows)
        return _kept(run.method, ready, row.slot), _parameters(run.method)

    told: dict[str, Any] = {row.method: _measured(ours, ready, row.label, seeds, seconds, "coview")}
    seconds = mean(told[row.method]["processor seconds"])
    for name, (package, peer) in row.peers.items():
        told[name] = _measured(partial(peer, same, train), ready, row.label, seeds, seconds, package)
    for name, found in told.items():
        print(f"{name}: {mean(found['accuracy']):.3f} {found}", flush=True)
    about = {name: source.about[name] for name in ("release", "sha256") if name in source.about}
    return {"data": source.name, **about, "label": row.label, "samples": len(ready.data), "contenders": told}


def _measured(
    fit: Callable[[int, float, float], tuple[np.ndarray, int]],
    ready: Prepared,
    label: str,
    seeds: int,
    seconds: float,
    package: str,
) -> dict[str, Any]:
    """The best of a few learning rates, and with it the score, seconds and size of every seed."""
    tried = {lr: _accuracy(fit(0, lr, seconds)[0], ready, label, "valid") for lr in RATES}
    lr = max(tried, key=lambda rate: tried[rate])
    spent, scores, parameters = [], [], 0
    for seed in range(seeds):
        begin = time.process_time()
        values, parameters = fit(seed, lr, seconds)
        spent.append(round(time.process_time() - begin, 1))
        scores.append(_accuracy(values, ready, label, "test"))
    told = {"package": f"{package} {version(package)}", "lr": lr, "validation accuracy by lr": tried}
    return told | {"accuracy": scores, "parameters": parameters, "processor seconds": spent}


def _parameters(method: Method) -> int:
    """Of what its embeddings come from, each counted once: its encoders, and networks of diffusions."""
    read = [module for module in method.modules() if isinstance(module, Encoder | DiffusionNet)]
    return sum({id(p): p.numel() for network in read for p in network.parameters()}.values())


def _kept(method: Method, ready: Prepared, slot: str) -> np.ndarray:
    """What the method keeps of a slot's one natural view: `(N, D)`."""
    spaces = embed_data(method, ready.data)
    return next(space[slot] for space in spaces.values() if slot in space).values[:, 0].numpy()


def _accuracy(values: np.ndarray, ready: Prepared, label: str, part: str) -> float:
    """Of the probe on a part; its strength is chosen on the validation part."""
    labels = np.asarray(ready.data.labels[label])
    known = np.array([value is not None and value == value for value in labels])
    classes, codes = np.unique(labels[known].astype(str), return_inverse=True)
    y = np.full(len(labels), -1)
    y[known] = codes
    rows = {part: at.numpy()[known[at.numpy()]] for part, at in ready.rows.items()}
    train, valid, scored = (Items(values[rows[p]], y[rows[p]], rows[p]) for p in ("train", "valid", part))
    return round(linear(train, valid, scored, classes=len(classes)).metrics["accuracy"], 4)


if __name__ == "__main__":
    main()
