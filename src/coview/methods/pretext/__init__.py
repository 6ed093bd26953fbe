"""Methods that learn from a task made of the data itself: what was done to a sample, told from the result."""
