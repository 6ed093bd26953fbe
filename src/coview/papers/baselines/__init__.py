"""Methods that claims are held against and that are no method of their own."""
