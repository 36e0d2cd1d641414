"""What several rules share, and what a rule needs to know (information.py). A rule imports from here, never from
another rule."""
