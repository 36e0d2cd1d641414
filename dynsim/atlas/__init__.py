"""The reproduction atlas: what was published or follows from theory, row by row, and what dynsim measures."""
