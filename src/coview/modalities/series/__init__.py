"""Series: numbers measured again and again, of one channel or many."""

from coview.modalities.series.modality import Series

__all__ = ["Series"]
