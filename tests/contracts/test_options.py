"""Every number that a method or modality may be given has limits, and is refused beyond them."""

from __future__ import annotations

import dataclasses
import math
import typing
from typing import Any

import pytest

from coview.errors import UserError
from coview.kinds import Within, kinds_of, read_value
from coview.methods.registry import method_class, method_modules, own_options, read_options
from coview.modalities.options import Options
from coview.modalities.registry import modality_class, modality_modules

NUMBERS = (int, float, tuple[float, float])


def numbers(method: str) -> dict[str, Any]:
    """The annotations of a method's options that are numbers."""
    cls = method_class(method)
    hints = typing.get_type_hints(cls.__init__, include_extras=True)
    return {o: hints[o] for o in own_options(cls) if kinds_of(hints[o])[0] in NUMBERS}


OPTIONS = [(method, option) for method in method_modules() for option in numbers(method)]


def beyond(limits: Within) -> list[float]:
    """Numbers that are just not within, at each end that there is."""
    ends = [limits.above, limits.below, limits.least - 1, limits.most + 1]
    return [number for number in ends if math.isfinite(number) and number not in limits]


@pytest.mark.parametrize(("method", "option"), OPTIONS)
def test_a_number_beyond_its_limits_is_refused(method: str, option: str) -> None:
    kind, limits, optional = kinds_of(numbers(method)[option])
    assert limits is not None, f"{method}'s {option} says no limits: annotate it with one of coview.kinds"
    wrong = [] if kind is int else [math.nan]
    for number in (*wrong, *beyond(limits)):
        value = (number, number) if kind not in (int, float) else kind(number)
        with pytest.raises(UserError, match=f"{method}: {option} is"):
            read_options(method, {option: value})
    with pytest.raises(UserError, match=f"{method}: {option}"):
        read_options(method, {option: "much"})
    if not optional:
        with pytest.raises(UserError, match=f"{method}: {option}"):
            read_options(method, {option: None})


@pytest.mark.parametrize("modality", modality_modules())
def test_every_number_of_a_modality_has_limits_and_a_default_within_them(modality: str) -> None:
    modality_class(modality)
    options = next(told for told in Options.__subclasses__() if told.modality == modality)
    hints = typing.get_type_hints(options, include_extras=True)
    for field in dataclasses.fields(options):
        kind, limits, _ = kinds_of(hints[field.name])
        assert limits is not None or kind not in NUMBERS, f"{modality}'s {field.name} says no limits"
        assert read_value(field.name, field.default, hints[field.name]) == field.default


@pytest.mark.parametrize("method", method_modules())
def test_a_methods_defaults_are_within_their_limits(method: str) -> None:
    cls = method_class(method)
    hints = typing.get_type_hints(cls.__init__, include_extras=True)
    for option, parameter in own_options(cls).items():
        assert read_value(option, parameter.default, hints[option]) == parameter.default
