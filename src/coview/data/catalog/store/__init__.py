"""How catalog data comes to this machine and where it lies: declarations, package clients, the cache."""
