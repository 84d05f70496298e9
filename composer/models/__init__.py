"""Model files: which there are, how they are fetched and checked, and the engine that runs them."""
