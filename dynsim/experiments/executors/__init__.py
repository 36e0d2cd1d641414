"""Where the tasks of an experiment run. One kind of place in a file; each gives an executor of `concurrent.futures`."""
