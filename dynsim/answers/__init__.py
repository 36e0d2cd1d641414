"""What a run showed, in sentences that a reader can act on: one file, one answer."""
