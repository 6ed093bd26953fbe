"""Next event: what the embedding of the events so far says of the one that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from coview.batch import Embeddings, View
from coview.data.source import Data
from coview.evaluate.embed import embed_data, features, raw_embed
from coview.evaluate.logistic import GRID, probes
from coview.evaluate.scores import Scores
from coview.evaluate.standard import standardised
from coview.evaluate.subject import Subject
from coview.modalities.events import Events

CUTS = 4
MAX_ITER, TOLERANCE = 100, 1e-3
MOST = 20_000
DETAILS = {
    "predicted": "the word of one field (the option `predict` of events) in the event after a prefix",
    "prefixes": f"held out: all but the last event; training: up to {CUTS} of each entity, from half of it on",
    "classifier": "multinomial logistic regression on standardised embeddings of the prefixes",
    "C": "chosen on validation items by MRR among " + ", ".join(f"{c:g}" for c in GRID),
    "max_iter": MAX_ITER,
    "training items": f"at most {MOST}",
    "majority": "words by how often they follow in training",
    "last value": "the word of the last event, then as majority",
    "a word that never follows in training": "counts as missed",
}


@dataclass(frozen=True)
class Prefixes:
    """Beginnings of histories.

    Args:
        row: `(n,)` of each one's entity in the data.
        cut: `(n,)` how many events it has.
        last: `(n,)` code of the predicted field in its last event, -1 where missing.
        following: `(n,)` the same of the event after it.
    """

    row: np.ndarray
    cut: np.ndarray
    last: np.ndarray
    following: np.ndarray

    def take(self, at: np.ndarray) -> Prefixes:
        """Some of them."""
        return Prefixes(self.row[at], self.cut[at], self.last[at], self.following[at])


def prefixes(view: View, rows: np.ndarray, field: int, cuts: int) -> Prefixes:
    """Up to so many beginnings of each history of at least two events whose next word is known.

    The longest lacks the last event; others are shorter by even steps, down to half of the history.

    Args:
        view: stored events `(n, V, T, F)`; the first view that is there is read.
        rows: `(n,)` what the histories are called.
        field: of the codes, among the F.
        cuts: beginnings a history.
    """
    first = view.present.int().argmax(1)
    at = torch.arange(len(view))
    codes = view.value[at, first, :, field].nan_to_num(-1).round().long().numpy()
    assert view.length is not None
    lengths = torch.where(view.present.any(1), view.length[at, first], 0).numpy()
    found: list[tuple[int, int, int, int]] = []
    for row, code, length in zip(rows.tolist(), codes, lengths.tolist()):
        shortest = max(1, length // 2)
        places = np.unique(np.linspace(length - 1, shortest, min(cuts, max(1, length - shortest))).round().astype(int))
        for cut in places.tolist() if length >= 2 else []:
            if code[cut] >= 0:
                found.append((row, cut, int(code[cut - 1]), int(code[cut])))
    table = np.array(found, dtype=np.int64).reshape(-1, 4)
    return Prefixes(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def cut_short(data: Data, slot: str, some: Prefixes) -> Data:
    """The data with one row for each prefix, its events after the cut gone."""
    rows = data.rows(torch.from_numpy(some.row))
    view: View = rows.slots[slot][slice(None)]
    cut = torch.from_numpy(some.cut)[:, None].expand_as(view.present)
    assert view.length is not None
    length = torch.minimum(view.length, cut)
    after = torch.arange(view.value.shape[2]) >= length[..., None]
    value = view.value.masked_fill(after[..., None], 0)
    return replace(rows, slots={**rows.slots, slot: view.with_value(value, length=length)})


def next_event(scores: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """Accuracy and mean reciprocal rank of the event that followed, among all words of its field.

    Args:
        scores: `(n, C)`, the higher the likelier; -inf for what cannot be told.
        truth: `(n,)` codes below C. Of words of equal score, the one that followed stands in their middle.
    """
    own = scores[np.arange(len(truth)), truth]
    above, ties = (scores > own[:, None]).sum(1), (scores == own[:, None]).sum(1)
    rank = 1 + above + (ties - 1) / 2
    known = np.isfinite(own)
    return {"accuracy": float((known & (rank == 1)).mean()), "MRR": float(np.where(known, 1 / rank, 0).mean())}


def score_next_event(subject: Subject, scores: Scores, batch_size: int = 256) -> None:
    """Adds `next-event/slot/field` for every slot of events with a field of words."""
    for slot in subject.slots:
        modality = subject.data.modalities.get(slot)
        if not isinstance(modality, Events) or modality.predicted is None:
            continue
        field = modality.fields.numeric + modality.predicted
        train, valid, test = (
            prefixes(subject.data.slots[slot][torch.from_numpy(rows)], rows, field, cuts)
            for rows, cuts in ((subject.train, CUTS), (subject.valid, 1), (subject.scored, 1))
        )
        if len(np.unique(train.following)) < 2 or not len(test.row):
            continue
        train = train.take(np.sort(np.random.default_rng(0).permutation(len(train.row))[:MOST]))
        category = modality.fields.categories[modality.predicted]
        found = {**_probed(subject, slot, (train, valid, test), category.codes, batch_size)}
        found |= _baselines(train, test, category.codes)
        told = {"split": subject.split, "n": len(test.row), "training items": len(train.row), "words": category.codes}
        scores.add(f"next-event/{slot}/{category.name}", found, {**DETAILS, **told})


def _probed(
    subject: Subject, slot: str, parts: tuple[Prefixes, Prefixes, Prefixes], codes: int, batch_size: int
) -> dict[str, dict[str, float]]:
    """What a probe on each column's embeddings finds."""
    shortened = [cut_short(subject.data, slot, part) for part in parts]
    found: dict[str, dict[str, float]] = {}
    for column in ("run", "raw", "random"):
        if column != "raw" and column not in subject.methods:
            continue
        x = [_vectors(subject, column, slot, data, batch_size) for data in shortened]
        x = standardised(*x)
        found[column] = next_event(_logits(x, parts, codes), parts[2].following)
    return found


def _vectors(subject: Subject, column: str, slot: str, data: Data, batch_size: int) -> np.ndarray:
    """`(n, D)` of the first view that is there."""
    if not len(data):
        return np.zeros((0, 1), np.float32)
    embedded: Embeddings = (
        raw_embed(data.only([slot]), batch_size=batch_size)
        if column == "raw"
        else embed_data(subject.methods[column], data, batch_size=batch_size)
    )
    one = features(embedded, slot)
    values: Tensor = one.values[torch.arange(len(data)), one.present.int().argmax(1)]
    return values.numpy()


def _logits(x: list[np.ndarray], parts: tuple[Prefixes, Prefixes, Prefixes], codes: int) -> np.ndarray:
    """Scores of every word for the held-out prefixes, `(n, C)`, by the C that ranks validation items best."""
    train, valid, _ = parts
    best, chosen = -1.0, np.zeros((len(x[2]), codes))
    some = len(valid.row) > 0
    for _, probe in probes(x[0], train.following, GRID, choose=some, max_iter=MAX_ITER, tolerance=TOLERANCE):
        told = next_event(_spread(probe, x[1], codes), valid.following)["MRR"] if some else 0.0
        if told > best:
            best, chosen = told, _spread(probe, x[2], codes)
    return chosen


def _spread(probe: Any, x: np.ndarray, codes: int) -> np.ndarray:
    """The probe's log probabilities in the places of its classes, -inf elsewhere."""
    scores = np.full((len(x), codes), -np.inf)
    if len(x):
        scores[:, probe.classes_] = probe.predict_log_proba(x)
    return scores


def _baselines(train: Prefixes, test: Prefixes, codes: int) -> dict[str, dict[str, float]]:
    often = np.bincount(train.following, minlength=codes).astype(np.float64)
    majority = np.tile(np.where(often > 0, often, -np.inf), (len(test.row), 1))
    last = majority.copy()
    known = np.flatnonzero(test.last >= 0)
    last[known, test.last[known]] = often.max() + 1
    return {
        "majority": next_event(majority, test.following),
        "last value": next_event(last, test.following),
    }
