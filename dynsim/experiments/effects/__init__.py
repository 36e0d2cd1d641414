"""What variants change: paired differences, sentences about them, and their figure."""
