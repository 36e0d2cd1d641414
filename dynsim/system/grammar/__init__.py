"""The grammar of scenarios: sections, keys, types of values, and how mistakes are reported."""
