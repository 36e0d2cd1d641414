"""The reproduction atlas: numbers that were published or follow from theory, compared row by row with dynsim's
measurements."""
