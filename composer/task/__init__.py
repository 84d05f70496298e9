"""What a prompt is for: a task as a YAML file states it."""
