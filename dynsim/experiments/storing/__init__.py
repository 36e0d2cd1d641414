"""The directory of an experiment: finished units, and the tables that are made of them."""
