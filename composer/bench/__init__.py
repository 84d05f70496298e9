"""The search benchmark: strategies replayed on recorded and made-up worlds, offline and repeatably."""
