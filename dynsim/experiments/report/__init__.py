"""The report of an experiment: what was found, in sentences and figures, as one HTML page without network access."""
