"""One simulation from beginning to end, and what a user holds in the hand afterwards."""
