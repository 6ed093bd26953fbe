"""Tables of bad input say what happens."""

import tempfile

import numpy as np
import pytest
from parts.bad_input import bad_input, examples, said, without_folder
from parts.bad_input.cases import Bad, File, Kept, Refused

from coview.modalities.registry import modality_modules

CASES = [
    pytest.param(name, what, id=f"{name}: {what}") for name in modality_modules() for what in examples(name)[1]
]  # fmt: skip


@pytest.mark.parametrize(("name", "what"), CASES)
def test_a_case_becomes_what_its_kind_says(name, what):
    good, cases = examples(name)
    kinds = {Bad: "skipped: `", Refused: "refused: `", Kept: "read: "}
    case = cases[what]
    if isinstance(case, File):
        start = "read: " if case.how else "skipped: `"
    else:
        start = kinds[type(case)]
    assert said(name, good, what, case).startswith(start)


@pytest.mark.parametrize("name", list(modality_modules()))
def test_every_modality_shows_what_is_skipped_refused_and_read(name):
    cases = examples(name)[1].values()
    assert {type(case) for case in cases} >= {Bad, Kept, Refused}


def test_the_table_quotes_what_was_said():
    assert "| one time | skipped: `has 1 time; a series has at least 2` |" in bad_input("series")


def test_another_number_of_bands_is_what_is_told():
    assert "| another number of bands, without wavelengths | skipped: `has 7 bands where the slot" in bad_input(
        "spectral"
    )


def test_reasons_do_not_name_folders_of_the_machine():
    assert "`cannot be read as NIfTI" in bad_input("volume")
    assert tempfile.gettempdir() not in bad_input("volume")
    assert without_folder("no file '/a/b/d.nii', see https://x.org/y/z") == "no file 'd.nii', see https://x.org/y/z"


def test_a_good_value_is_not_told_as_skipped():
    good, _ = examples("series")
    with pytest.raises(AssertionError, match="is read"):
        said("series", good, "a good one", Bad(good[0]))


def test_a_claim_that_does_not_hold_is_not_told():
    good, _ = examples("series")
    with pytest.raises(AssertionError, match="turned into gold"):
        said("series", good, "a good one", Kept(good[0], "turned into gold", lambda m, v: False))


def test_a_bad_value_is_not_told_as_read():
    good, _ = examples("series")
    with pytest.raises(AssertionError, match="is not read"):
        said("series", good, "nothing", Kept(np.zeros((0, 2)), "as it is", lambda m, v: True))


def test_data_that_can_be_read_is_not_told_as_refused():
    good, _ = examples("series")
    with pytest.raises(AssertionError, match="not refused"):
        said("series", good, "good ones", Refused(good))


def test_a_modality_without_examples_has_no_table():
    assert bad_input("nothing-of-that-name") == ""
