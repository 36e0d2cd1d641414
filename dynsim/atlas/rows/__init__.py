"""The rows of the atlas: one file, one row."""
