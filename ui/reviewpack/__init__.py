"""A candidate's whole page as one HTML file that needs no network."""
