"""Integration methods for continuous time, one in a file: each is a Butcher tableau."""
