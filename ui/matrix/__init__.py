"""What the Models page shows: every task on every target, and one task's targets side by side."""
