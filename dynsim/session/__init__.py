"""One simulation from its system to the finished run that a user works with."""
