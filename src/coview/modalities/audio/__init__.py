"""Audio: speech, sounds, music."""

from coview.modalities.audio.modality import Audio

__all__ = ["Audio"]
