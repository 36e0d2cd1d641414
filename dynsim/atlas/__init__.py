"""The reproduction atlas: numbers that were published or follow from theory, row by row, beside what dynsim
measures."""
