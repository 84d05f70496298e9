"""What the Prompts page shows."""
