"""Methods that predict representations of parts."""
