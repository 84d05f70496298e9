"""The sections of the Candidate page, in the order of its story."""
