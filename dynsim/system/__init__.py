"""Systems: from a scenario file or a script to a `Model`, and back to a file."""
