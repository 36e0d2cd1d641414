"""The sweep as a joblib loop over the vectorised NumPy program, a block of cells to each call."""

from __future__ import annotations

import numpy as np
from joblib import Parallel, delayed

from benchmarks.peers.sweep_numpy import Floats, simulate

COLUMNS = 2_000  # replicas that a call works on: five agents' arrays then stay in the cache


def run(pull: Floats, turn: Floats, replicas: int, steps: int, processes: int) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the last states, (C, 5) each."""
    size = max(1, COLUMNS // replicas)
    blocks = [slice(start, start + size) for start in range(0, len(pull), size)]
    seeds = np.random.SeedSequence(0).spawn(len(blocks))
    found = Parallel(n_jobs=processes)(
        delayed(simulate)(pull[block], turn[block], replicas, steps, np.random.default_rng(seed))
        for block, seed in zip(blocks, seeds, strict=True)
    )
    mean, deviation = zip(*found, strict=True)
    return np.concatenate(mean), np.concatenate(deviation)
