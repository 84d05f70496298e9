"""Making a prompt current, its history, exporting and verifying it."""
