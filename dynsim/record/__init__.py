"""The run directory: what ran, what was recorded, and how a run that was cut off goes on."""
