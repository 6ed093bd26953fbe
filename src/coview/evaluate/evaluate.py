"""Evaluation: a run's scores beside those of the raw input and of an untrained encoder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import torch
from torch import Tensor

from coview.data.source import Data
from coview.errors import UserError
from coview.evaluate import clustering, few_shot, knn, linear
from coview.evaluate.embed import space_of
from coview.evaluate.items import Items, Outcome, items_of
from coview.evaluate.labels import choose_labels, of_one_class
from coview.evaluate.linked import score_links
from coview.evaluate.moments import moments_of
from coview.evaluate.next_event import score_next_event
from coview.evaluate.quantities import choose_quantities, score_quantities
from coview.evaluate.retrieval import across_slots, across_views
from coview.evaluate.scores import Scores
from coview.evaluate.state import score_states
from coview.evaluate.subject import Subject, Supervised, embed_columns, parts_of, straddling
from coview.evaluate.zero_shot import TEMPLATES, class_vectors, zero_shot
from coview.methods.base import Method

Probe = Callable[[Items, Items, Items, int], Outcome]

PROBES: dict[str, tuple[Probe, dict[str, Any]]] = {
    "knn": (knn.knn, knn.DETAILS),
    "linear": (linear.linear, linear.DETAILS),
    "few-shot": (few_shot.few_shot, few_shot.DETAILS),
    "clustering": (clustering.clustering, clustering.DETAILS),
}
"""Protocols that need labels."""
LINKED = ("link-prediction", "ranking")
"""Protocols that need links."""
PROTOCOLS = (*PROBES, "ridge", "retrieval", "zero-shot", *LINKED, "next-event", "state")
AUTO = ("retrieval", "knn", "linear", "ridge", *LINKED, "next-event")
"""What is scored where nothing is asked for, as far as the data allows."""


def evaluate(
    method: Method,
    data: Data,
    splits: Mapping[str, Tensor],
    *,
    protocols: Sequence[str] | None = None,
    labels: Sequence[str] | None = None,
    random: Method | None = None,
    raw: bool = True,
    supervised: Supervised | None = None,
    templates: Sequence[str] = TEMPLATES,
    batch_size: int = 256,
    device: torch.device | str | None = None,
) -> Scores:
    """Scores a method as it is now (its last step, not its best).

    Probes are trained on `train`, choices are made on `valid`, `test` is scored once. Without a `test`, `valid` is
    scored and a fifth of `train` serves for choices.

    Args:
        method: what is scored.
        data: N samples of every part.
        splits: rows by part: `train`, `valid`, `test`.
        protocols: of `PROTOCOLS`; None: those of `AUTO`, as far as the data allows.
        labels: columns of `data.labels`; None: every one with classes that repeat.
        random: the same method untrained, for the `random` column.
        raw: whether to score the raw input.
        supervised: trains the `supervised` column's encoders (`supervised.supervised_reference`).
        templates: for zero-shot, each with one `{}`.
        batch_size: samples embedded at a time.
        device: where the method is; None: where its parameters are.

    Raises:
        UserError: an unknown protocol or label, nothing is held out, or what was asked for needs what the data lacks.
    """
    wanted = list(AUTO if protocols is None else protocols)
    check_protocols(wanted)
    if bad := [t for t in templates if t.replace("{}", "", 1) == t or "{" in t.replace("{}", "", 1)]:
        raise UserError(
            f"template {bad[0]!r} must have one place for a class's name; write it with one {{}}, as 'a photo of {{}}'"
        )
    train, valid, scored, split = parts_of(data, splits)
    named = None if labels is None else list(labels)
    probed, ridged = any(p in PROBES for p in wanted), "ridge" in wanted
    chosen = choose_labels(data, named, train, scored, ridged) if probed else {}
    quantities = choose_quantities(data, named, train, scored) if ridged else {}
    classes = choose_labels(data, named, np.arange(len(data)), scored) if "zero-shot" in wanted else {}
    known = [codes >= 0 for codes, _ in chosen.values()] + [np.isfinite(values) for values in quantities.values()]
    read = _rows_read(data, wanted, np.concatenate([train, valid]), scored, known)
    columns = embed_columns(method, data, random, raw, batch_size, device, read)
    methods = {"run": method} | ({} if random is None else {"random": random})
    subject = Subject(data, train, valid, scored, split, methods, columns, chosen, supervised, read)
    scores = Scores(one_class=of_one_class(data) if probed and named is None else [])
    for protocol in wanted:
        before = len(scores.values)
        if protocol == "retrieval":
            _retrieval(subject, scores)
        elif protocol == "zero-shot":
            _zero_shot(subject, scores, classes, templates)
        elif protocol == "ridge":
            score_quantities(subject, scores, quantities)
        elif protocol == "next-event":
            score_next_event(subject, scores, batch_size)
        elif protocol == "state":
            score_states(subject, scores)
        elif protocol in LINKED:
            score_links(subject, scores, protocol)
        else:
            _probe(subject, scores, protocol)
        if protocols is not None and len(scores.values) == before:
            raise UserError(f"{protocol} cannot be scored on {data.name}: {_LACKS[protocol]}")
    if cut := straddling(data, np.concatenate([train, valid]), scored):
        for how in scores.protocol.values():
            how["scored samples whose group is in training too (the data set's own split)"] = cut
    return scores


def _rows_read(
    data: Data, wanted: Sequence[str], learnt: np.ndarray, scored: np.ndarray, known: Sequence[np.ndarray]
) -> Tensor | None:
    """The rows whose embedding some protocol reads; None where that is all of them.

    Links join any two samples. A probe reads the samples whose label is known, a comparison those that are scored;
    events that come next are embedded from histories cut short, and one row says which slots there are.

    Args:
        data: N samples.
        wanted: protocols.
        learnt, scored: rows to train on or choose by, and to score.
        known: of each label or quantity, where it is known, `(N,)` bool.
    """
    if data.links and not set(wanted).isdisjoint(LINKED):
        return None
    read = np.zeros(len(data), dtype=bool)
    if not {"retrieval", "zero-shot"}.isdisjoint(wanted):
        read[scored] = True
    held = np.concatenate([learnt, scored])
    if "state" in wanted:
        read[held] = True
    for where in known:
        read[held[where[held]]] = True
    if not read.any():
        read[scored[:1]] = True
    return None if read.all() else torch.from_numpy(np.flatnonzero(read))


def check_protocols(wanted: Sequence[str] | None) -> None:
    """Raises UserError where there is no protocol of a name."""
    for protocol in wanted or ():
        if protocol not in PROTOCOLS:
            raise UserError(f"no protocol is called {protocol!r}; there are {', '.join(PROTOCOLS)}")


_LABELLED = "it needs a label column with classes that repeat in the training samples"
_LACKS = dict.fromkeys(PROBES, _LABELLED) | {
    "retrieval": "it needs a slot with several natural views, or a method with two slots in one space",
    "ridge": "it needs a label that is a quantity, known of at least 10 training samples (whole numbers are classes: "
    "score them with linear)",
    "link-prediction": "it needs links between its samples, some of them held out, and pairs that are no link",
    "ranking": "it needs links from one kind of thing to another, some of them held out, whose ends are both embedded",
    "next-event": "it needs a slot of events with a field of words, and two events of some entities",
    "state": "it needs a label of several whole numbers a sample, such as a machine's memory",
    "zero-shot": "it needs a method with text and another slot in one space, and a label column",
}


def _retrieval(subject: Subject, scores: Scores) -> None:
    rows, run = subject.scored, subject.columns["run"]
    how = {"similarity": "cosine", "ties": "in expectation", "split": subject.split}
    first = next(iter(subject.labels), None)
    for slot in subject.slots:
        if len(rows) and subject.of_slot(slot)["run"].present.shape[1] > 1:
            embedded = subject.of_slot(slot, first)
            spaces = {c: (e, space_of(e, slot, slot)) for c, e in subject.columns.items()}
            embedded |= {c: e[space][slot] for c, (e, space) in spaces.items() if space is not None}
            when = moments_of(subject.data, slot)
            found = {c: f for c, e in embedded.items() if (f := across_views(e, rows, when)) is not None}
            told = how if when is None else {**how, "hit": when.told}
            _add(scores, f"retrieval/{slot}-{slot}", found, {**told, "score": "mean over ordered pairs of views"})
    for a, b in permutations(subject.slots, 2):
        if space_of(run, a, b) is None:
            continue
        joint = {c: e[s] for c, e in subject.columns.items() if (s := space_of(e, a, b)) is not None}
        found = {c: f for c, space in joint.items() if (f := across_slots(space[a], space[b], rows)) is not None}
        _add(scores, f"retrieval/{a}-{b}", found, {**how, "score": "any view of the sample among the first k"})


def _add(
    scores: Scores, key: str, found: dict[str, tuple[dict[str, float], dict[str, float]]], how: dict[str, Any]
) -> None:
    if "run" in found:
        scores.add(key, {column: metrics for column, (metrics, _) in found.items()}, {**how, **found["run"][1]})


def _probe(subject: Subject, scores: Scores, protocol: str) -> None:
    probe, how = PROBES[protocol]
    for slot in subject.slots:
        for label, (codes, names) in subject.labels.items():
            outcomes: dict[str, Outcome] = {}
            counts: dict[str, Any] = {}
            for column, embedding in subject.of_slot(slot, label).items():
                train, valid, test = (
                    items_of(embedding, rows, codes) for rows in (subject.train, subject.valid, subject.scored)
                )
                known = np.isin(test.y, train.y)
                if not known.any() or len(np.unique(train.y)) < 2:
                    continue
                scored = test.take(known)
                outcomes[column] = probe(train, valid.take(np.isin(valid.y, train.y)), scored, len(names))
                counts = {"n": len(scored), "of classes not in training, left out": int((~known).sum())}
                counts |= {"training items": len(train), "classes": len(np.unique(train.y))}
                counts["chance (largest class)"] = float(np.bincount(scored.y).max() / len(scored))
            if "run" in outcomes:
                picked = [c for o in outcomes.values() for c in o.choices]
                choices = {f"{c} chosen": {col: o.choices[c] for col, o in outcomes.items()} for c in picked}
                found = {column: outcome.metrics for column, outcome in outcomes.items()}
                details = {**how, "split": subject.split, **counts, **choices}
                scores.add(f"{protocol}/{slot}/{label}", found, details)


def _zero_shot(
    subject: Subject, scores: Scores, labels: dict[str, tuple[np.ndarray, list[str]]], templates: Sequence[str]
) -> None:
    data, run = subject.data, subject.columns["run"]
    for text, slot in permutations(subject.slots, 2):
        space = space_of(run, text, slot)
        if data.modalities[text].name != "text" or data.modalities[slot].name == "text" or space is None:
            continue
        for label, (codes, names) in labels.items():
            found: dict[str, dict[str, float]] = {}
            counts: dict[str, Any] = {}
            for column, method in subject.methods.items():
                test = items_of(subject.columns[column][space][slot], subject.scored, codes)
                if not len(test):
                    continue
                vectors = class_vectors(method, data, text, space, names, templates).numpy()
                found[column] = zero_shot(test, vectors)
                counts = {"n": len(test), "classes": len(names)}
            how = {"templates": list(templates), "text slot": text, "split": subject.split, **counts}
            if "run" in found:
                scores.add(f"zero-shot/{slot}/{label}", found, how)
