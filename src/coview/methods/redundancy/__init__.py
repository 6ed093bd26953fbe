"""Looks agree while dimensions say different things; no negatives."""
