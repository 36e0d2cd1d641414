"""How a run ended, and means with their standard errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

import dynsim as ds


def growth(system: ds.System, steps: int = 1) -> float:
    """The spectral radius of a step at the state after `steps`, the rules' memory included (the metric `stability`)."""
    run = ds.simulate(system, steps=steps, every=steps, compiled=False)
    found = run.metric("stability")
    return float(np.exp(found["mean"][found["quantity"] == "growth"].iloc[0]))


def final(run: ds.Run) -> pd.DataFrame:
    """The states at the last tick, one row per replica."""
    states = run.states
    return states[states.t == states.t.max()].set_index("replica")


def distance(states: pd.DataFrame) -> Any:
    """The distance from the origin, √(x² + y²), row by row."""
    return np.hypot(states.x, states.y)


def mean_and_error(values: ArrayLike) -> tuple[float, float]:
    """The mean of independent values and its standard error."""
    sample = np.asarray(values, float)
    return float(sample.mean()), float(sample.std(ddof=1) / np.sqrt(len(sample)))
