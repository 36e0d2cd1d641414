"""The figures of the report: one file, one figure. Each is a function from a run's data to a Plotly figure."""
