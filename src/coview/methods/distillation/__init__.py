"""A student predicts a teacher, which is its own slow or stopped copy."""
