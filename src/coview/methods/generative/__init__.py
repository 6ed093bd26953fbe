"""Methods that tell a sample again from its embedding."""
