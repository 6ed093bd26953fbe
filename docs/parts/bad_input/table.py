"""Rows of two numbers and a word."""

from __future__ import annotations

import numpy as np

from parts.bad_input.cases import Bad, Case, Kept, Refused

GOOD = [{"age": 20.0 + 3 * n, "income": 100.0 * n, "home": "own" if n % 2 else "rent"} for n in range(8)]
_EMPTY = [{**row, "more": None} for row in GOOD]
_SAME = [{**row, "more": 1} for row in GOOD]

CASES: dict[str, Case] = {
    "an infinite number": Bad({**GOOD[0], "income": np.inf}),
    "a row without a value": Bad(dict.fromkeys(GOOD[0])),
    "words where numbers were learnt": Bad({**GOOD[0], "age": "old"}),
    "a column that is lacking": Bad({"age": 30.0, "home": "own"}),
    "a cell that is a list": Bad({**GOOD[0], "age": [1, 2]}),
    "no row": Bad(7),
    "rows that are all alike, or missing throughout": Refused([{"age": 3, "home": None}] * 8),
    "a column without a value in the whole data": Kept(
        _EMPTY[0], "without that column, which is named", lambda m, v: v.value.shape[-1] == 3, _EMPTY
    ),
    "a column of one value in the whole data": Kept(
        _SAME[0], "without that column, which is named", lambda m, v: v.value.shape[-1] == 3, _SAME
    ),
    "a missing cell (None, NaN, empty text)": Kept(
        {**GOOD[0], "income": None}, "missing, never filled in", lambda m, v: v.value[0, 0, 1].isnan()
    ),
    "a word that training never met": Kept(
        {**GOOD[0], "home": "castle"}, "as another word", lambda m, v: v.value[0, 0, 2] == 0
    ),
    "a number as text": Kept(
        {**GOOD[0], "age": "30"}, "as the number", lambda m, v: abs(float(v.value[0, 0, 0])) < 0.2
    ),
    "a column that was not there in training": Kept(
        {**GOOD[0], "more": 1}, "without it", lambda m, v: v.value.shape[-1] == 3
    ),
}
