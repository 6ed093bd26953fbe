"""What of an item is left unread is noted, with the option that reads it."""

from __future__ import annotations

import re
import typing

import numpy as np
import pytest
from torch import Tensor

from coview.kinds import kinds_of
from coview.modalities.options import Options
from coview.modalities.registry import modality_class
from tests.contracts.cases import ITEMS, LONGER, OPTIONS, modality


def most_of(name: str, option: str) -> float:
    """The greatest that an option of a modality may be, as its own class of them says."""
    told = next(told for told in Options.__subclasses__() if told.modality == name)
    limits = kinds_of(typing.get_type_hints(told, include_extras=True)[option])[1]
    assert limits is not None
    return limits.most


@pytest.mark.parametrize("name", ITEMS)
def test_what_has_a_length_may_be_longer(name: str) -> None:
    item = modality_class(name).read(ITEMS[name](np.random.default_rng(1)))
    view = modality(name).collate([[item]])
    assert name in LONGER or view.length is None or not isinstance(view.value, Tensor)  # graphs are padded to none


@pytest.mark.parametrize("name", LONGER)
def test_what_is_longer_than_what_is_kept_is_noted_with_the_option_that_keeps_it(name: str) -> None:
    rng = np.random.default_rng(1)
    read = modality_class(name).read
    longer, usual = read(LONGER[name](rng)), [read(ITEMS[name](rng)) for _ in range(24)]
    (note,) = modality(name).notes(longer)
    named = re.search(rf"\({name}\.(\w+)\)", note)
    assert named is not None
    most = {named[1]: most_of(name, named[1])}
    roomy = modality_class(name).adapt(usual, **{**OPTIONS[name], **most})
    assert not any(roomy.notes(item) for item in [longer, *usual])
