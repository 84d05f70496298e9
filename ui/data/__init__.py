"""The parts of the Data page: a file and its columns, a task made of it, rows for a task, and what there is."""
