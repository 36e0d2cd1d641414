"""The conflict log: what is computed from a program and its record, never during a run."""
