"""Text: captions, titles, transcripts, sentences."""

from coview.modalities.text.modality import Text

__all__ = ["Text"]
