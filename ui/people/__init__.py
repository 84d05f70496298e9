"""Who may do what: the people of a home with their roles, and the tokens of services."""
