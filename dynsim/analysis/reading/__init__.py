"""A program and its record, read: samples, cells, and what is computed of them."""
