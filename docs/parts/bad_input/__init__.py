"""What becomes of bad input, found out by reading it: a file named as the modality has good values and bad ones.

`GOOD` is a list of raw values, `CASES` what is wrong -> a case. Bad files are made by `tests.data.bad_input`.
"""

from __future__ import annotations

import importlib
import re
import tempfile
import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

from coview.data.arrays import from_arrays
from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.data.source import Data
from coview.errors import UserError
from parts.bad_input.cases import Bad, Case, File, Kept, Refused
from parts.made import repository_on_path
from parts.text import code
from parts.text import table as as_table


def bad_input(name: str) -> str:
    """A table of bad values of a modality and what is said of each, or nothing where no examples are given."""
    if find_spec(f"parts.bad_input.{name}") is None:
        return ""
    good, cases = examples(name)
    return as_table(("given", "becomes"), [(what, said(name, good, what, case)) for what, case in cases.items()])


def examples(name: str) -> tuple[list[Any], dict[str, Case]]:
    """Good values of a modality, and cases by what is wrong."""
    module = importlib.import_module(f"parts.bad_input.{name}")
    return module.GOOD, module.CASES


def said(name: str, good: Sequence[Any], what: str, case: Case) -> str:
    """What becomes of a case.

    Raises:
        AssertionError: the case is of another kind than it is said to be.
    """
    match case:
        case Refused(values):
            return f"refused: {code(refusal(name, values))}"
        case Kept(raw, how, proof, own):
            data = beside(name, own or good, raw)
            row = len(own or good)
            assert not data.skipped, f"{name}: {what} is not read: {data.skipped}"
            assert bool(proof(data.modalities["it"], data.slots["it"][torch.tensor([row])])), f"{name}: {what}: {how}"
            return f"read: {how}"
        case Bad(raw, own):
            data = beside(name, own or good, raw)
            assert len(data.skipped) == 1, f"{name}: {what} is read"
            return f"skipped: {code(without_folder(data.skipped[0][1].removeprefix('it: ')))}"
        case File(how):
            reasons = of_file(what)
            assert bool(reasons) != bool(how), f"{name}: {what}: {reasons or 'is read'}"
            return f"skipped: {code(reasons[0])}" if reasons else f"read: {how}"


def without_folder(reason: str) -> str:
    """A reason with the folders of a path left out: they are those of this machine."""
    return re.sub(r"(?<![\w:/])/(?:[^/\s'\"]+/)+", "", reason)


def beside(name: str, good: Sequence[Any], raw: Any) -> Data:
    """A slot `it` of good values and one more, fitted to the good ones alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load(from_arrays({f"it:{name}": [*good, raw]}), adapt_rows=range(len(good)))


def refusal(name: str, values: Sequence[Any]) -> str:
    """Why data is refused as a whole."""
    try:
        load(from_arrays({f"it:{name}": list(values)}))
    except UserError as error:
        return str(error)
    raise AssertionError(f"{name}: values are not refused")


def of_file(what: str) -> list[str]:
    """Why a file is skipped among good ones; nothing where it is read."""
    repository_on_path()
    from tests.data.bad_input import MAKERS

    with tempfile.TemporaryDirectory() as folder:
        data = load(open_source(MAKERS[what](Path(folder))))
    return [reason.partition(": ")[2] for _, reason in data.skipped]
