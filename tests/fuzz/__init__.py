"""Hostile and broken inputs by the thousand: `python -m tests.fuzz --inputs N --seed S`."""
