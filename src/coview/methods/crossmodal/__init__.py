"""Methods that bring several slots into one space."""
