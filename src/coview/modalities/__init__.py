"""One room a modality."""
