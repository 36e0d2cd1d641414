"""Experiments: one scenario, what is varied in it, and what is collected from every cell."""
