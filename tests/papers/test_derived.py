"""Samples that claims make from real data sets."""

from __future__ import annotations

import numpy as np
import pytest

from coview.data.catalog import is_fetched
from coview.papers.derived import SETS, letters, two_letters_by_set

pytestmark = [pytest.mark.data, pytest.mark.skipif(not is_fetched("letter"), reason="letter not fetched")]


def test_two_tables_are_of_one_letter_and_two_of_another_of_the_same_part() -> None:
    plain, pairs = letters(), two_letters_by_set()
    told = {name: [str(sample[0]) for sample in pairs.columns[name].items] for name in SETS}
    rows = [str(sample[0]) for sample in plain.columns["table"].items]
    assert told["box"] == told["place"] == rows
    assert told["products"] == told["edges"] != rows
    assert pairs.split == plain.split
    assert pairs.split is not None
    letter = plain.labels["letter"].tolist()
    assert pairs.labels["first"].tolist() == letter
    second = pairs.labels["second"].tolist()
    assert sorted(zip(pairs.split, told["edges"], second)) == sorted(zip(pairs.split, rows, letter))
    assert np.mean([a == b for a, b in zip(letter, second)]) < 0.1  # one in 26 by chance
    assert [pairs.columns[name].options["columns"] for name in SETS] == [list(c) for c in SETS.values()]
