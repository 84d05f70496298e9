"""DSPy's own optimizers as search strategies: they run as they are, and can only speak compositions."""
