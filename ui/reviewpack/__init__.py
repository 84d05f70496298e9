"""A candidate's page as one HTML file."""
