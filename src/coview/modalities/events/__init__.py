"""Events: things that happen one after another, each with words, numbers and a time."""

from coview.modalities.events.modality import Events

__all__ = ["Events"]
