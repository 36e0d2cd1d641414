"""Where something changes: a threshold of one parameter, a boundary over two, and branches that are followed.

Nothing here knows of a scenario. Each search asks a plain function for more evaluations."""
