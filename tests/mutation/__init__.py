"""Whether the tests notice what is broken: `python -m tests.mutation AREA… --sample N --seed S` (needs cosmic-ray)."""
