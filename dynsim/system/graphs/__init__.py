"""Graphs from generators, lists and files."""
