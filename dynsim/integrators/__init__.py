"""Integration methods for continuous time: one file, one table."""
