"""The parts of the page of a task: what it is, how well people agree on it, and where its prompts stand."""
