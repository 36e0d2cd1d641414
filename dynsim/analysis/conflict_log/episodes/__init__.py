"""The kinds of episode: one file, one kind."""
