"""Runs of the shipped scenarios, each made once per test session and configuration."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import dynsim as ds

SCENARIOS = Path(__file__).parents[2] / "scenarios"


@cache
def run(name: str, *overrides: str, replicas: int | None = None, every: int | None = None) -> ds.Run:
    """The run of a shipped scenario, with `--set` overrides."""
    return ds.simulate(SCENARIOS / f"{name}.yaml", set=overrides, replicas=replicas, every=every)


def last(run: ds.Run) -> pd.DataFrame:
    """The states at the end, one row per replica."""
    states = run.states
    return states[states.t == states.t.max()].set_index("replica")


def values(run: ds.Run, population: str) -> NDArray[np.float64]:
    """The values of a variable on a graph, by (recorded tick, replica, node)."""
    table = run.population(population).sort_values(["t", "replica", "element"])
    return table.value.to_numpy().reshape(table.t.nunique(), table.replica.nunique(), -1)


def weights(run: ds.Run, graph: str) -> NDArray[np.float64]:
    """The weights of a run's graph: [i, j] is that of the edge from j to i."""
    topology = run.model.populations[graph].topology
    matrix = np.zeros((topology.n, topology.n))
    matrix[topology.target, topology.source] = topology.weight
    return matrix
