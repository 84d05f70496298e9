"""What the Compare page shows: prompts of one task side by side."""
