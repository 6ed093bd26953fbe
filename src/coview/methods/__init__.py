"""One file a method, by family."""
