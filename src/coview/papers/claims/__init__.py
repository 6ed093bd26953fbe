"""Claims: one file for a paper, named by its key; `claim(scale)` gives it."""
