"""How replicas move in the long run: at rest, in cycles, drifting, growing, fluctuating."""
