"""One file, or one room, a modality."""
