"""How several losses share one encoder."""
