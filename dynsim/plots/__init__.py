"""The figures of the report: one file, one figure. Each is a function of a run's data that gives a Plotly figure."""
