"""The loops over time, as text for generated modules."""
