"""One file = one row of the atlas."""
