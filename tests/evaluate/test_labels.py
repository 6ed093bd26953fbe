"""Which columns are classes, and which can be scored."""

import numpy as np
import pytest

from coview.errors import UserError
from coview.evaluate.labels import choose_labels, classes_of, scorable

from .plain import clusters, make_data


@pytest.mark.parametrize(
    ("values", "codes", "names"),
    [
        (np.array(["b", "a", "b"]), [1, 0, 1], ["a", "b"]),
        (np.array(["b", None, ""], dtype=object), [0, -1, -1], ["b"]),
        (np.array([10, 9, 10]), [1, 0, 1], ["9", "10"]),
        (np.array([2.0, np.nan, 1.0]), [1, -1, 0], ["1", "2"]),
        (np.array([True, False]), [1, 0], ["False", "True"]),
        (np.array([1, None, "x"], dtype=object), [0, -1, 1], ["1", "x"]),
    ],
)
def test_values_as_classes(values, codes, names):
    found = classes_of(values)
    assert found is not None
    assert found[0].tolist() == codes
    assert found[1] == names


@pytest.mark.parametrize("values", [np.array([0.5, 1.0]), np.array([0.5, None, 2], dtype=object)])
def test_a_quantity_is_no_class(values):
    assert classes_of(values) is None


def test_a_column_of_names_is_not_scored():
    train, scored = np.arange(50), np.arange(50, 100)
    assert scorable(np.arange(100) % 5, train, scored)
    assert not scorable(np.arange(100), train, scored)
    assert not scorable(np.arange(100) // 5, train, scored)  # classes never straddle the parts
    assert not scorable(np.zeros(100, dtype=int), train, scored)


def test_labels_are_chosen_or_refused_in_a_sentence():
    x, y = clusters(40, 4)
    told = {"class": y, "name": [f"n{i}" for i in range(40)], "price": np.linspace(0, 1, 40), "one": ["x"] * 40}
    data = make_data({"a": x}, told)
    train, scored = np.arange(30), np.arange(30, 40)
    assert list(choose_labels(data, None, train, scored)) == ["class"]
    reasons = {"colour": "there are class, name, price", "price": "quantity", "name": "fewer than"}
    for wanted, reason in {**reasons, "one": "one class only, 'x'"}.items():
        with pytest.raises(UserError, match=reason):
            choose_labels(data, [wanted], train, scored)
