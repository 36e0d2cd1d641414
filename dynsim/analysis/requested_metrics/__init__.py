"""Metrics on request, one in a file."""
