"""The figures of the report, one per file. Each is a function from a run's data to a Plotly figure."""
