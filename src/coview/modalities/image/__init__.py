"""Pictures: files, arrays and drawings, grey, RGB or of any number of channels."""

from coview.modalities.image.image import Image

__all__ = ["Image"]
