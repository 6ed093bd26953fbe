"""Options as they are given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import pytest

from coview.errors import UserError
from coview.kinds import AboveZero, Count, Finite, Part, Portion, Rate, Share, Shares, Within, read_value


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("value", "hint", "read"),
    [
        (3, Count, 3),
        (None, Count | None, None),
        (0, Share, 0),
        (1, Share, 1),
        (1, Portion, 1),
        (0.0, Rate, 0.0),
        (-4, Finite, -4),
        (math.inf, Annotated[float, Within(above=0, most=math.inf)], math.inf),
        ("0.1, 0.5", Shares, (0.1, 0.5)),
        ([0.2, 0.2], Shares, (0.2, 0.2)),
        ("red", Colour, Colour.RED),
        ("red,blue", Sequence[Colour], (Colour.RED, Colour.BLUE)),
        (["a"], Sequence[str], ("a",)),
        ("none", tuple[str, ...], ()),
        ("8,4", tuple[int, ...], (8, 4)),
    ],
)
def test_values_are_read_by_their_annotation(value: Any, hint: Any, read: Any) -> None:
    assert read_value("it: one", value, hint) == read


@pytest.mark.parametrize(
    ("value", "hint", "told"),
    [
        (0, Count, "it: one is 0; it must be at least 1"),
        (1.5, Count, "it: one takes a whole number; 1.5 was given"),
        (True, Count, "it: one takes a whole number; True was given"),
        (None, Count, "it: one takes a whole number; None was given"),
        (1.01, Share, "it: one is 1.01; it must lie between 0 and 1"),
        (math.nan, Share, "it: one is nan; it must lie between 0 and 1"),
        (math.nan, Finite, "it: one is nan; it must be a finite number"),
        (-math.inf, Finite, "it: one is -inf; it must be a finite number"),
        (math.inf, AboveZero, "it: one is inf; it must be above 0"),
        (0, AboveZero, "it: one is 0; it must be above 0"),
        (1, Part, "it: one is 1; it must be above 0 and below 1"),
        (1, Rate, "it: one is 1; it must be at least 0 and below 1"),
        (0, Portion, "it: one is 0; it must be above 0 and at most 1"),
        ((0.1, 1.5), Shares, "it: one is 1.5; it must be above 0 and at most 1"),
        ((0.5, 0.1), Shares, "it: one is the least and the greatest, not 0.5, 0.1"),
        ("0.1", Shares, "it: one is '0.1'; it takes 2 values, with commas between"),
        (0.1, Shares, "it: one is 0.1; it takes 2 values"),
        ("green", Colour, "it: one is 'green'; it must be one of red, blue"),
        (["red", "green"], Sequence[Colour], "it: one is 'green'; it must be one of red, blue"),
        ("yes", bool, "it: one takes true or false; 'yes' was given"),
    ],
)
def test_what_an_option_cannot_be_is_refused_in_one_sentence(value: Any, hint: Any, told: str) -> None:
    with pytest.raises(UserError) as error:
        read_value("it: one", value, hint)
    assert str(error.value).startswith(told)
