"""Expressions in a scenario: what every name means, and how numbers, texts and lists are read."""
