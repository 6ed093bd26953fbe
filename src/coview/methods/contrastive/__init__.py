"""Looks at one sample agree, those at others are pushed away."""
