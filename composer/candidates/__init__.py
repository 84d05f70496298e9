"""Compositions submitted for review, bound to their evidence."""
