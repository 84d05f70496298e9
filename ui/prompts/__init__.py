"""What the Prompts page shows: history, comparison, rollback, and packs as a ZIP file."""
