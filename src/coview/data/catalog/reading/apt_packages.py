"""The packages of a release as apt's list tells of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path


def stanzas(listed: Path) -> Iterator[dict[str, str]]:
    """Each package's fields; lines that go on are joined by blanks."""
    fields: dict[str, str] = {}
    name = ""
    with listed.open(encoding="utf-8") as file:
        for line in file:
            if line == "\n":
                if fields:
                    yield fields
                fields = {}
            elif line[0] in " \t":
                fields[name] += " " + line.strip()
            else:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
    if fields:
        yield fields


def needed(fields: dict[str, str]) -> list[str]:
    """Names of the packages that one needs to work (Depends, Pre-Depends), alternatives among them."""
    told = ",".join(fields[name] for name in ("Depends", "Pre-Depends") if name in fields)
    return [re.split(r"[ (:]", one.strip(), maxsplit=1)[0] for one in re.split(r"[,|]", told) if one.strip()]


def tags(fields: dict[str, str]) -> dict[str, list[str]]:
    """Debtags by facet: `role::program` is `program` of `role`."""
    found: dict[str, list[str]] = {}
    for tag in fields.get("Tag", "").split(","):
        facet, colons, value = tag.strip().partition("::")
        if colons:
            found.setdefault(facet, []).append(value)
    return found
