"""What can be asked about a candidate after its run."""
