"""Health: what a run's vectors say, without labels, about whether it worked."""
