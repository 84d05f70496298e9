"""What is current under each name."""
