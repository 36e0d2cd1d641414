"""Shipped scenarios with noise, graphs, phases, selection and both clocks: rows of experiments are those of runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.conflict_log.episodes.base import KINDS
from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import stated_experiment
from dynsim.system.scenario import load_scenario
from dynsim.system.shipped import scenario_file

# Scenario, what varies (two numbers next to its own), replicas, and a shorter clock where it is long.
CASES = [
    ("two_pulls", "rate", 6, 60), ("contagion", "a", 5, None), ("degroot", "own", 1, 60), ("goodhart", "slip", 6, None),
    ("critic_capture", "kappa", 6, None), ("slice_or_fuse", "c", 1, None), ("lecun_modules", "setpoint", 3, 60),
    ("outer_loop_undoes_the_mask", "b", None, None), ("router_collapse", "temperature", 6, None),
    ("prisoners_dilemma_lola", "rate", 4, 60),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "parameter", "replicas", "steps"), CASES)
def test_shipped_scenarios(name: str, parameter: str, replicas: int | None, steps: int | None) -> None:
    system = load_scenario(scenario_file(name))
    model = system.resolve()
    if replicas is not None:
        system.data["ensemble"] = {"replicas": replicas, "seed": 3}
    if steps is not None:
        system.data["clock"] = {**system.data["clock"], "steps": steps}
    value = float(model.parameters[parameter].value)
    collect = ["episodes", "objectives", "final"]
    experiment = stated_experiment(system, vary={parameter: [value, 1.25 * value + 0.01]}, collect=collect)
    done = run_experiment(experiment)
    assert done.failures.empty
    for cell in experiment.cells():
        run = ds.simulate(experiment.system_of(cell))
        ours = done.replicas[done.replicas["cell"] == cell.number].reset_index(drop=True)
        for column in ours.columns.drop(["cell", "replica", "verdict"]):
            np.testing.assert_array_equal(ours[column].to_numpy(float), _told(run, column), err_msg=column)
        assert list(ours["verdict"]) == list(run.summary["verdict"])


def _told(run: ds.Run, column: str) -> Any:
    what, _, kind = column.partition(".")
    if kind not in KINDS.names():
        return run.summary[column].to_numpy(float)
    episodes, replicas = run.conflicts[run.conflicts["kind"] == kind], range(len(run.summary))
    by_replica = episodes.groupby("replica")["onset"]
    found = by_replica.min().reindex(replicas) if what == "onset" else by_replica.size().reindex(replicas, fill_value=0)
    return found.to_numpy(float)
