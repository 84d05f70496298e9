"""What the Inbox shows."""
