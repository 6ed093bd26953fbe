"""Looks agree on the cluster that their sample belongs to."""
