"""The conflict log: what is computed of every run, in one pass over its record."""
