"""Texts to expressions: a check of the tokens (scan), the grammar (parse, tree), and the meaning of names and calls."""
