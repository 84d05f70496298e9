"""The parts of the Label page: one example at a time with its keys, and what curators make of the ratings."""
