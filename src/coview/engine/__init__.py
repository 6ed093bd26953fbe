"""The exact step and the loop around it."""
