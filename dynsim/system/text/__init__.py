"""The text of scenarios: YAML in and out, and the files that a user names."""
