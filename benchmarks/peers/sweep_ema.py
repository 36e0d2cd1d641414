"""The sweep in the EMA Workbench: a full factorial of two uncertainties, an experiment a cell.

An experiment simulates all replicas of its cell at once with the vectorised NumPy program.
"""

from __future__ import annotations

import warnings

import numpy as np

from benchmarks.peers.sweep_numpy import AGENTS, Floats, simulate


def cell(pull: float = 0.5, turn: float = 0.5, replicas: int = 1, steps: int = 1) -> dict[str, Floats]:
    """One cell, with fresh random numbers."""
    mean, deviation = simulate(np.array([pull]), np.array([turn]), replicas, steps, np.random.default_rng())
    return {"mean": mean[0], "deviation": deviation[0]}


def run(
    pull: tuple[float, float], turn: tuple[float, float], points: int, replicas: int, steps: int, processes: int
) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the last states, (C, 5) each, over points² cells between these ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # optional packages that it has no use for here
        import ema_workbench as ema
    model = ema.Model("five", function=cell)
    model.uncertainties = [ema.RealParameter("pull", *pull), ema.RealParameter("turn", *turn)]
    model.constants = [ema.Constant("replicas", replicas), ema.Constant("steps", steps)]
    model.outcomes = [ema.ArrayOutcome(name, shape=(AGENTS,), dtype=float) for name in ("mean", "deviation")]
    with ema.MultiprocessingEvaluator(model, n_processes=processes) as evaluator:
        _, found = evaluator.perform_experiments(
            scenarios=points, uncertainty_sampling=ema.Samplers.FF, reporting_frequency=1
        )
    return found["mean"], found["deviation"]
