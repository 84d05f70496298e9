"""The parts of the Disagreements page: where prompt and people differ, and a snippet written from it."""
