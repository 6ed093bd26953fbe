from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import pytest

from coview.errors import UserError
from coview.kinds import Within
from coview.modalities.options import Options


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Some(Options, modality="some"):
    size: Annotated[int, Within(1, 8)] | None = None
    scale: Annotated[tuple[float, float], Within(0, 1, rising=True)] = (0.3, 1.0)
    names: tuple[str, ...] = ()
    colour: Colour = Colour.RED

    def check(self) -> None:
        if self.size is not None and self.size > 1 and self.names:
            raise UserError("named ones have size 1")


def test_what_is_not_given_or_none_is_the_default() -> None:
    assert Some.of({}) == Some.of({"size": None, "scale": None}) == Some()


def test_lists_come_as_text_with_commas_or_as_lists() -> None:
    assert Some.of({"scale": "0.5, 1", "names": "a,b"}) == Some.of({"scale": [0.5, 1], "names": ["a", "b"]})
    assert Some.of({"names": 3}).names == ("3",)


def test_names_become_members() -> None:
    assert Some.of({"colour": "blue"}).colour is Colour.BLUE


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sise": 3}, "no option 'sise'; it has size, scale, names, colour"),
        ({"size": 9}, "size is 9; it must lie between 1 and 8"),
        ({"scale": "0.5"}, "scale is '0.5'; it takes 2 values"),
        ({"scale": "0.5,x"}, "it takes 2 values"),
        ({"scale": "0.5,2"}, "scale is 2.0"),
        ({"scale": "0.5,0.2"}, "scale is the least and the greatest, not 0.5, 0.2"),
        ({"size": 2, "names": "a"}, "named ones have size 1"),
        ({"colour": "green"}, "one of red, blue"),
        ({"size": "abc"}, "size takes a whole number; 'abc' was given"),
        ({"size": 2.5}, "size takes a whole number"),
        ({"size": True}, "size takes a whole number"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(given: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        Some.of(given)
