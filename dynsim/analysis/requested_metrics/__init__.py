"""Requested metrics, one in a file."""
