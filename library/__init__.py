"""The library: what may be said, by whom it was vetted, and the database that remembers it."""
