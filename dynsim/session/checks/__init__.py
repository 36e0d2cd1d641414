"""Checks between reading a system and simulating it: errors first, then advice."""
