"""The report: the answers and all figures on one page."""
