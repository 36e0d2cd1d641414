"""From a scenario to a model, section by section."""
