"""Systems that several rows run, and measurements of their outcomes."""
