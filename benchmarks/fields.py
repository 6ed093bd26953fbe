"""coview beside the library that a field has of its own: the same data, width of network and processor time.

    pip install --no-deps pytorch-lifestream ts2vec gensim smart_open wrapt
    python benchmarks/fields.py
    python benchmarks/fields.py --rows events

coview trains a number of steps; each peer then has as many seconds of one core to train as that and embedding all
samples took, what it makes of the samples first included and its own embedding on top, or does what its documentation
has at its own cost. Peers keep the defaults of their documentation but the learning rate, which is chosen for every
contender alike, as claims choose it: three are tried with seed 0, and up to three beyond while the best is the lowest
or the highest, by the probe's accuracy on the validation part. Embeddings of the same width are read by the same linear
probe, its strength chosen on the validation part; the test part is scored once a seed. What every contender was set to,
and how far it came, is on record with its scores.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
from coview.errors import RunFailed
from coview.evaluate.embed import embed_data
from coview.evaluate.items import Items
from coview.evaluate.linear import linear
from coview.methods.base import Method
from coview.nn.diffusion import DiffusionNet
from coview.nn.encoder import Encoder
from coview.papers.graphs import packages
from coview.papers.recorded import aircraft, watch
from coview.papers.tuning import tune
from coview.use.train import Prepared, prepare

Found = tuple[np.ndarray, int, dict[str, Any]]
"""Embeddings of all samples, parameters of the network, and what it was set to and came to."""
RATES = (0.001, 0.004, 0.016)


@dataclass(frozen=True)
class Own:
    """A contender of coview's.

    Args:
        method: its name.
        steps: of it.
        options: of it.
    """

    method: str
    steps: int
    options: dict[str, Any]


@dataclass(frozen=True)
class Peer:
    """A contender of another library.

    Args:
        package: that it is from.
        fit: samples, rows to train on, seed, learning rate, seconds -> what was found.
        faster: times the learning rates tried are higher than `RATES`, where a library counts them otherwise.
    """

    package: str
    fit: Callable[[Source, np.ndarray, int, float, float], Found]
    faster: float = 1.0


@dataclass(frozen=True)
class Row:
    """One comparison.

    Args:
        source: samples in parts.
        slot: what is learned from.
        label: what the probe tells.
        own: name -> coview's; peers have the seconds of the first.
        peers: name -> other libraries'.
    """

    source: Callable[[], Source]
    slot: str
    label: str
    own: dict[str, Own]
    peers: dict[str, Peer]


NETWORK = {"encoder": "gcn", "encoder_options": {"dim": 64, "depth": 2}, "batch_size": 64}


ROWS = {
    "events": Row(
        aircraft, "flights", "manufacturer",
        {"coles": Own("coles", 430, {
            "modality": {"events": {"length": 64, "dropout": 0.0, "hide": 0.0}},
            "encoder": "gru",
            "encoder_options": {"dim": 64},
            "batch_size": 64,
        })},
        {"CoLES": Peer("pytorch-lifestream", coles)},
    ),
    "series": Row(
        watch, "accelerometer", "exercise",
        {"COMET's two lower levels": Own("comet", 200, {
            "modality": {"series": {"patch": 1}},
            "encoder_options": {"dim": 64, "depth": 11},  # as many blocks as TS2Vec's, on batches as small
            "batch_size": 16,
            "options": {"observation": 0.5, "sample": 0.5, "wholes": 0.0},
        })},
        {"TS2Vec": Peer("ts2vec", ts2vec)},
    ),
    "graph": Row(
        packages, "package", "section",
        {
            "mvgrl": Own("mvgrl", 300, NETWORK),
            "mvgrl, adjacency alone": Own("mvgrl", 500, NETWORK | {"options": {"structures": ["adjacency"]}}),
        },
        {
            "Deep Graph Infomax": Peer("torch-geometric", infomax),
            "node2vec": Peer("gensim", node2vec, faster=25),
            "node2vec, 10 walks a node": Peer("gensim", partial(node2vec, walks=10), faster=25),
        },
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
    source, first = row.source(), next(iter(row.own.values()))
    ready = prepare(_config(first, row), source)
    place = {name: i for i, name in enumerate(source.names)}
    same = source.rows([place[name] for name in ready.data.names]).only([row.slot])
    train = ready.rows["train"].numpy()

    def ours(own: Own, seed: int, lr: float) -> Found:
        run = fit_data(replace(_config(own, row), seed=seed, lr=lr), ready.data, ready.rows)
        set_to = {"method": own.method, "steps": run.steps, "samples trained on": len(train), **own.options}
        return _kept(run.method, ready, row.slot), _parameters(run.method), set_to

    told: dict[str, Any] = {}
    for name, own in row.own.items():
        told[name] = _measured(partial(ours, own), ready, row.label, seeds, RATES, "coview")
    seconds = mean(next(iter(told.values()))["processor seconds"])
    for name, peer in row.peers.items():

        def theirs(seed: int, lr: float, peer: Peer = peer) -> Found:
            return peer.fit(same, train, seed, lr, seconds)

        rates = [rate * peer.faster for rate in RATES]
        told[name] = _measured(theirs, ready, row.label, seeds, rates, peer.package)
    for name, found in told.items():
        print(f"{name}: {mean(found['accuracy']):.3f} {found}", flush=True)
    about = {name: source.about[name] for name in ("release", "sha256") if name in source.about}
    return {"data": source.name, **about, "label": row.label, "samples": len(ready.data), "contenders": told}


def _config(own: Own, row: Row) -> FitConfig:
    return FitConfig(own.method, slots=[row.slot], steps=own.steps, threads=1, **own.options)


def _measured(
    fit: Callable[[int, float], Found],
    ready: Prepared,
    label: str,
    seeds: int,
    rates: Sequence[float],
    package: str,
) -> dict[str, Any]:
    """The best of a few learning rates, and with it every seed's score and seconds; settings are the last seed's."""

    def chosen_by(lr: float) -> float | None:
        try:
            values = fit(0, lr)[0]
        except RunFailed:
            return None
        return _accuracy(values, ready, label, "valid") if np.isfinite(values).all() else None

    lr, tried = tune(rates, chosen_by)
    spent, scores, parameters, set_to = [], [], 0, {}
    for seed in range(seeds):
        begin = time.process_time()
        values, parameters, set_to = fit(seed, lr)
        spent.append(round(time.process_time() - begin, 1))
        scores.append(_accuracy(values, ready, label, "test"))
    told = {"package": f"{package} {version(package)}", "lr": lr, "validation accuracy by lr": tried, "set to": set_to}
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
