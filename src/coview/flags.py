"""How the command line spells the names of options."""

from __future__ import annotations

_SECOND = {"positives": ("--views", "--positives")}
"""Options with a second name."""


def flags(name: str) -> tuple[str, ...]:
    """All spellings of a parameter's name, the usual one first."""
    return _SECOND.get(name, (f"--{name.replace('_', '-')}",))


def flag(name: str) -> str:
    """The usual one: `--batch-size` of `batch_size`."""
    return flags(name)[0]
