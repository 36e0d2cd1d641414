"""From a model to a program: rules, paths, horizons, phases and selection become expressions of slots."""
