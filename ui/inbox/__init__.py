"""What the Inbox page shows: the table, and what is read for it once."""
