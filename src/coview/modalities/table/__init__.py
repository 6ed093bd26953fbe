"""Tables: rows of numbers and categories, any of which may be missing."""

from coview.modalities.table.modality import Table

__all__ = ["Table"]
