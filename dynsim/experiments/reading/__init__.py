"""From an experiment's file or the arguments of a script to an `Experiment`, with all mistakes at once."""
