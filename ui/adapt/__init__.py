"""The parts of the Adapt page: what to carry where, its progress, and the candidate or no-go that it ends in."""
