"""Papers of the field, their claims as experiments, and what came of them."""
