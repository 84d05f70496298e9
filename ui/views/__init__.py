"""The pages: one file each, that puts the parts of its folder in order."""
