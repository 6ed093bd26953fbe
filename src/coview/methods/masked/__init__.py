"""Methods that predict what was hidden."""
