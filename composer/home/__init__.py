"""A user's folder: places, locks, worker processes, sign-in file, local person."""
