"""Volumes: numbers on a grid in space, from scanners and microscopes."""

from coview.modalities.volume.modality import Volume

__all__ = ["Volume"]
