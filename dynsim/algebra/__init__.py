"""The expression graph: building, parsing, differentiating, interpreting. Knows no agents."""
