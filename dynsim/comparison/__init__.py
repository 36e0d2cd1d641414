"""Finished runs side by side: what differs between their scenarios, and what between their results."""
