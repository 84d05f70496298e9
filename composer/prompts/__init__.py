"""The only way to a prompt: base and vetted snippets to text to messages; and what differs between two."""
