"""The parts of the Snippet page: its history and lineage, what it is worth, and what may be done with it."""
