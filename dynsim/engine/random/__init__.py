"""Random numbers: the generator, the numbers of a step, and the values that replicas start with."""
