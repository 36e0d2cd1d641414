"""The conflict log: the tables that are computed for every run, in one pass over its record."""
