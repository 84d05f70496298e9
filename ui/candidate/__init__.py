"""The sections of the Candidate page."""
