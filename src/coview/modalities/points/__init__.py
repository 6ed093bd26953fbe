"""Points: clouds sampled from surfaces or measured by scanners."""

from coview.modalities.points.modality import Points

__all__ = ["Points"]
