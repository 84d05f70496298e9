"""One search: its plan, its worker, what it found."""
