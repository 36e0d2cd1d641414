"""A program and its record: the values, ticks, replicas and cells that every analysis starts from."""
