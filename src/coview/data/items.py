"""The items of a column that are computed when asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any


class Items(Sequence[Sequence[Any | None]]):
    """Raw values by sample, one of each natural view: a subclass says how many there are and what each is."""

    @abstractmethod
    def of(self, row: int) -> Sequence[Any | None]:
        """The natural views of one sample.

        Args:
            row: from 0 to below the length.
        """

    def origins(self, row: int) -> Sequence[Any | None]:
        """Where the natural views of one sample come from; those that are read out of files say it without reading.

        Args:
            row: from 0 to below the length.
        """
        return self.of(row)

    def __getitem__(self, row: Any) -> Any:
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        at = int(row)
        if not -len(self) <= at < len(self):
            raise IndexError(f"row {at} of {len(self)}")
        return self.of(at % len(self))
