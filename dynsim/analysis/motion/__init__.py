"""How replicas move and end: at rest, in cycles, drifting, growing."""
