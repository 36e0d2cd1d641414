"""The grammar of experiments: the keys of a file, with the type, meaning and an example of each."""
