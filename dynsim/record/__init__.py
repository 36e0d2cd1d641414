"""The run directory: what ran, what was recorded, and how an interrupted run is resumed."""
