"""Protocols on pairs of samples: link prediction, and ranking where the two sides are of different kinds."""

from __future__ import annotations

import numpy as np

from coview.batch import Embedding
from coview.data.links import Links
from coview.evaluate import link_prediction, ranking
from coview.evaluate.items import Outcome
from coview.evaluate.scores import Scores
from coview.evaluate.subject import Subject
from coview.modalities.base import present_mean

PARTS = ("train", "valid", "test")


def score_links(subject: Subject, scores: Scores, protocol: str) -> None:
    """Adds `link-prediction` or `ranking` of every slot and every kind of link that it suits."""
    for name, links in subject.data.links.items():
        if links.ranked == (protocol == "ranking"):
            for slot in subject.slots:
                _score(subject, scores, protocol, slot, name, links)


def _score(subject: Subject, scores: Scores, protocol: str, slot: str, name: str, links: Links) -> None:
    outcomes: dict[str, Outcome] = {}
    counts: dict[str, int] = {}
    extra: dict[str, dict[str, float]] = {}
    for column, embedding in subject.of_slot(slot).items():
        z, there = _vectors(embedding)
        pairs = [links.rows(subject.data.ids, part) for part in PARTS]
        if protocol == "ranking":
            pairs, left, right = sides(pairs, there)
            if not len(pairs[0]) or not len(pairs[2]):
                continue
            learnt, chosen, asked = pairs
            outcomes[column] = ranking.ranking(z[left], learnt, chosen, asked, right)
            extra = {"popularity": ranking.popularity(learnt, chosen, asked, len(left), right)}
            counts = {"left": len(left), "right": right}
        else:
            place = np.cumsum(there) - 1
            things = int(there.sum())
            train, valid, test = (place[part[there[part].all(1)]] for part in pairs)
            pairs = link_prediction.apart(train, valid, test, things)
            if not len(pairs[0]) or not len(pairs[2]) or not link_prediction.spare(pairs, things):
                continue
            learnt, chosen, asked = pairs
            outcomes[column] = link_prediction.link_prediction(z[there], learnt, chosen, asked)
            counts = {"things": things}
        counts |= {f"{part} links": len(p) for part, p in zip(PARTS, pairs, strict=True)}
    if "run" in outcomes:
        how = ranking.DETAILS if protocol == "ranking" else link_prediction.DETAILS
        picked = {f"{c} chosen": {col: o.choices[c] for col, o in outcomes.items()} for c in outcomes["run"].choices}
        found = {column: outcome.metrics for column, outcome in outcomes.items()} | extra
        scores.add(f"{protocol}/{slot}/{name}", found, {**how, **counts, **picked})


def sides(pairs: list[np.ndarray], there: np.ndarray) -> tuple[list[np.ndarray], np.ndarray, int]:
    """Links with their ends numbered side by side: links, the left's rows `(L,)`, and how many are on the right.

    Those on the left are of use where they are there and have a link that was seen.
    """
    every = np.concatenate(pairs)
    right = np.unique(every[:, 1])
    left = np.unique(pairs[0][:, 0])
    left = left[there[left]]
    kept = [part[np.isin(part[:, 0], left)] for part in pairs]
    numbers = [np.stack([np.searchsorted(left, p[:, 0]), np.searchsorted(right, p[:, 1])], 1) for p in kept]
    return numbers, left, len(right)


def _vectors(embedding: Embedding) -> tuple[np.ndarray, np.ndarray]:
    """`(N, D)` of each sample, the mean over its views, and which are there, `(N,)` bool."""
    return present_mean(embedding.values, embedding.present).numpy(), embedding.present.any(1).numpy()
