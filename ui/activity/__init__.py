"""The log as a table: what the Activity page shows."""
