"""The speed of dynsim beside the programs that users would write without it: `python -m benchmarks`."""
