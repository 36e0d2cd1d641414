"""The same system, changed: replays without a leak, an agent or an effect."""
