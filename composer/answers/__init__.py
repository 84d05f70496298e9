"""Every answer asked for once and kept."""
