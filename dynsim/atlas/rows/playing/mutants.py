"""Finite populations with a single mutant, and the probability that its descendants take over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import dynsim as ds

from .outcomes import final, mean_and_error


def population(payoffs: Sequence[Sequence[float]], size: int, rule: Any) -> ds.System:
    """A population of `size` in which a single individual plays the first strategy, and everybody meets everybody.

    The agent takes the present shares as fixed, although they are its own: ξ = −A x."""
    system = ds.System("one mutant")
    x: Any = system.state("x", init=[1 / size, 1 - 1 / size], size=2, space="simplex")
    table = np.asarray(payoffs, dtype=float).tolist()
    gets: Any = system.derived("gets", [row[0] * x[0] + row[1] * x[1] for row in table])
    loss = -(x[0] * gets[0] + x[1] * gets[1])
    system.agent("all", controls=x, declared=loss, rule=rule, paths={"gets": 0})
    return system


def fixed(system: ds.System, steps: int, replicas: int, seed: int) -> tuple[float, float]:
    """The share of replicas in which the mutant has taken over at the end, with its standard error; NaN if some replica
    still has both strategies."""
    share = final(ds.simulate(system, steps=steps, every=steps, replicas=replicas, seed=seed))["x[0]"].to_numpy()
    over = np.isclose(share, 1.0)
    if not (over | np.isclose(share, 0.0)).all():
        return float("nan"), float("nan")
    return mean_and_error(over)


def chance(system: ds.System, size: int, intensity: float, process: str) -> float:
    """The probability that the mutant takes over, by the metric `fixation`."""
    run = ds.simulate(system, steps=1, compiled=False)
    table = run.metric("fixation", population=size, intensity=intensity, process=process)
    return float(table["mean"][(table["a"] == "x[1]") & (table["b"] == "x[0]")].iloc[0])
