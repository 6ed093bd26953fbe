"""Visits to a shop."""

from __future__ import annotations

import numpy as np

from parts.bad_input.cases import Bad, Case, Kept, Refused

GOOD = [{"time": [1, 2, 5, 6], "goods": ["tea", "milk", "tea", "milk"], "price": [1.0, 2.0, 3.0, 1.5]}] * 4
_GAP, _PRICE, _GOODS = 0, 1, 2
"""Places of the fields."""

CASES: dict[str, Case] = {
    "no events": Bad([]),
    "fields of different lengths": Bad({"time": [1.0], "goods": ["tea", "milk"]}),
    "an event without a time": Bad({"time": [1.0, np.nan], "goods": ["tea", "milk"]}),
    "an infinite number": Bad({"time": [1.0, 2.0], "price": [1.0, np.inf]}),
    "words where numbers were learnt": Bad({"price": ["cheap", "dear"]}),
    "none of the fields": Bad({"colour": ["red"]}),
    "no columns": Bad(7),
    "no field of any entity with a value": Refused([{"price": [None, None]}] * 4),
    "one event": Kept(
        {"time": [1], "goods": ["tea"]},
        "as it is; there is no next event to predict",
        lambda m, v: v.length.item() == 1,
    ),
    "times out of order": Kept(
        {"time": [5, 1], "goods": ["tea", "milk"]},
        "put in order; equals stay as they stand",
        lambda m, v: v.value[0, 0, 1, _GAP] == 4,
    ),
    "a word that training never met": Kept({"goods": ["wine"]}, "as other", lambda m, v: v.value[0, 0, 0, _GOODS] == 0),
    "a missing word or number": Kept(
        {"goods": [None], "price": [1.0]},
        "missing, told to the encoder as such and never filled in",
        lambda m, v: v.value[0, 0, 0, _GOODS].isnan() and not v.value[0, 0, 0, _PRICE].isnan(),
    ),
    "a field that is lacking": Kept(
        {"goods": ["tea", "milk"]}, "missing in every event", lambda m, v: v.value[0, 0, :2, _PRICE].isnan().all()
    ),
}
