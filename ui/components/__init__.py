"""Pieces that several pages show: figures, charts, text differences, effects, snippet changes, comments."""
