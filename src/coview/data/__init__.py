"""Where samples come from, how they are read, split and ordered."""
