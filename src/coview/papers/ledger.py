"""The ledger: 344 papers of the field, and what became of each here. The status is computed, never typed."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from pathlib import Path

from coview.errors import UserError
from coview.papers import records
from coview.papers.claim import claim_keys


class Status(StrEnum):
    """What became of a paper.

    - `holds`, `undecided`, `does not hold here`: its claim was run, and this came out.
    - `runs`: its method works here; no claim is on record.
    - `not yet`: neither.
    """

    HOLDS = "holds"
    UNDECIDED = "undecided"
    FAILS = "does not hold here"
    RUNS = "runs"
    NOT_YET = "not yet"


@dataclass(frozen=True)
class Paper:
    """A line of the ledger.

    Args:
        key: the paper's name here.
        id: its number.
        title: of the paper.
        kind: method, analysis, theory, survey, benchmark, dataset or llm-system.
        modalities: that it is about.
        method: the method of this library that it is tried with, or empty.
        authors, year, link: empty where they were not verified.
        claim: what it claims, as a direction that an experiment can take or miss.
    """

    key: str
    id: int
    title: str
    kind: str
    modalities: tuple[str, ...]
    method: str
    authors: str
    year: str
    link: str
    claim: str

    @property
    def status(self) -> Status:
        """Computed from the record of its claim and the methods there are."""
        from coview.methods.registry import method_modules

        record = records.read(self.key)
        if record is not None:
            return Status(record["outcome"])
        return Status.RUNS if self.method in method_modules() else Status.NOT_YET

    @property
    def has_claim(self) -> bool:
        """Whether `coview reproduce` can run its claim."""
        return self.key in claim_keys()


@cache
def papers() -> tuple[Paper, ...]:
    """All papers, by number."""
    with Path(__file__).with_name("ledger.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(
            Paper(**{**row, "id": int(row["id"]), "modalities": tuple(row["modalities"].split())})  # type: ignore[arg-type]
            for row in rows
        )


def paper(key: str) -> Paper:
    """A paper by key.

    Raises:
        UserError: there is none.
    """
    by_key = {p.key: p for p in papers()}
    if key not in by_key:
        near = get_close_matches(key, by_key, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "coview papers lists them"
        raise UserError(f"the ledger has no paper {key!r}; {hint}")
    return by_key[key]


def select(status: str | None = None, modality: str | None = None) -> list[Paper]:
    """Papers of a status and a modality; None for any.

    Raises:
        UserError: there is no such status or modality.
    """
    modalities = sorted({m for p in papers() for m in p.modalities})
    if status is not None and status not in list(Status):
        raise UserError(f"--status is one of {', '.join(Status)}; {status!r} was given")
    if modality is not None and modality not in modalities:
        raise UserError(f"no paper is about {modality!r}; there are {', '.join(modalities)}")
    found = [p for p in papers() if modality is None or modality in p.modalities]
    return [p for p in found if status is None or p.status == status]
