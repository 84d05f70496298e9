"""The parts of the Library page: the table of snippets, one in full, and the import of a file."""
