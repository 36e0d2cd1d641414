"""The grammar of scenarios: sections, keys, kinds of values, and how mistakes are told."""
