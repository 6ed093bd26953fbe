"""Videos: files cut into clips, and arrays of frames."""

from coview.modalities.video.modality import Video

__all__ = ["Video"]
