"""What a user may choose of a table, and what is checked of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from coview.errors import UserError


@dataclass(frozen=True)
class TableOptions:
    """Options of `Table.adapt`.

    Args:
        categorical: columns of numbers that are names (codes, postal codes), separated by commas.
        most: words of a column that have a code of their own; rarer ones are read as the same other word.
        corrupt: share of the cells that an augmented look takes from other rows (SCARF).
        drop: share of the cells that it takes for missing.
    """

    categorical: tuple[str, ...] = ()
    most: int = 1_000
    corrupt: float = 0.3
    drop: float = 0.1

    @classmethod
    def of(cls, options: dict[str, Any]) -> TableOptions:
        """Checked options; raises UserError for one that is unknown or out of range."""
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise UserError(f"table has no option {name!r}; it has {', '.join(known)}")
        told = {name: given for name, given in options.items() if given is not None}
        named = told.get("categorical", ())
        words = [str(named)] if isinstance(named, str | int | float) else [str(name) for name in named]
        told["categorical"] = tuple(name.strip() for word in words for name in word.split(",") if name.strip())
        chosen = cls(**told)
        for name in ("corrupt", "drop"):
            if not 0 <= getattr(chosen, name) < 1:
                raise UserError(f"table's {name} is a share from 0 to below 1, not {getattr(chosen, name)}")
        if chosen.most < 1:
            raise UserError(f"table's most is at least 1 word a column, not {chosen.most}")
        return chosen
