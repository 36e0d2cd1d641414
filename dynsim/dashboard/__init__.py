"""The report: all figures on one page, with what happened in words."""
