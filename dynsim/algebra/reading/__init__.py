"""Texts to expressions: a first look at the tokens (scan), the grammar (parse, tree), and what names and calls mean."""
