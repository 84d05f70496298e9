"""Labelled data: read, checked, split and sampled."""
