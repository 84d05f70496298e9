"""The log in words, and who is told of it."""
