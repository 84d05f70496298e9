"""The parts of the Runs page: starting a run, its state, its progress and what it found."""
