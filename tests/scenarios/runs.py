"""Runs of the shipped scenarios, each made once per test session and configuration."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

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
