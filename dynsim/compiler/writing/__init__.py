"""From a program to the source text of its kernel."""
