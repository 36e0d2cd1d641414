"""Systems without agents: flows and maps of their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.requested_metrics.base import REQUESTED_METRICS
from dynsim.cli import main
from dynsim.errors import InputError

MAP = """
dynsim: 1
title: The logistic map
params: {r: 3.2}
variables: {x: {init: 0.3, flow: "r*x*(1 - x) - x"}}
base: {objective: x**2}
clock: {steps: 60}
ensemble: {replicas: 2, vary: {r: [2.8, 3.2]}}
"""
FLOW = """
dynsim: 1
title: An oscillator, and heat on a ring
graphs: {ring: {generator: cycle_graph, n: 4}}
variables:
  x: {init: 1, flow: v}
  v: {init: 0, flow: -x}
  u: {on: ring, init: index, flow: "sum_neighbors(neighbor(u) - u)"}
clock: {time: 3, dt: 0.01, method: rk4}
ensemble: {replicas: 2}
record: {every: 10}
"""
SELECTED = """
dynsim: 1
title: Selection alone
params: {g: 1}
variables: {x: {init: 1, noise: 0.1}}
clock: {steps: 30}
selection: {fitness: -x**2, every: 5, scheme: {truncation: {share: 0.5}}, heritable: {g: "g + normal(0, 0.1)"}}
ensemble: {replicas: 8}
"""
SYSTEMS = {"map": MAP, "flow": FLOW, "selected": SELECTED}


@pytest.mark.parametrize("compiled", [False, True])
def test_a_map_is_iterated(compiled: bool) -> None:
    run = ds.simulate(ds.load_scenario(MAP), compiled=compiled, report=False)
    found = run.states.pivot(index="t", columns="replica", values="x").to_numpy()
    x = np.array([0.3, 0.3])
    for row in found[1:]:
        x = x + (np.array([2.8, 3.2]) * x * (1 - x) - x)
        np.testing.assert_allclose(row, x, rtol=1e-12)
    assert run.summary.verdict.tolist() == ["converged", "cycling"]


def test_a_flow_is_integrated() -> None:
    """(x, v) = (cos t, −sin t); on a ring of four the mean stays and the slowest mode decays at the rate 2."""
    run = ds.simulate(ds.load_scenario(FLOW), compiled=False, report=False)
    end = run.states.iloc[-1]
    np.testing.assert_allclose([end.x, end.v], [np.cos(3), -np.sin(3)], atol=1e-8)
    (block,) = run.recording.blocks()
    start, last = block.values["u"][0, :, 0], block.values["u"][-1, :, 0]
    mode = np.array([1, 0, -1, 0])
    assert last.mean() == pytest.approx(1.5, rel=1e-12)
    assert mode @ last == pytest.approx(mode @ start * np.exp(-6), rel=1e-6)


@pytest.mark.parametrize("name", SYSTEMS)
def test_everything_is_told_or_says_why_not(name: str) -> None:
    run = ds.simulate(ds.load_scenario(SYSTEMS[name]), compiled=False, report=False)
    assert run.answers
    assert set(run.conflicts.kind) <= {"oscillation"}
    assert len(run.ledger) == 0
    assert run.graph.number_of_nodes()
    assert "html" in run.dashboard()._repr_html_()
    for kind in REQUESTED_METRICS.names():
        try:
            assert len(run.metric(kind))
        except InputError as error:
            about_agents = str(error) == "this metric is about agents, and the system has none"
            assert REQUESTED_METRICS.get(kind).agents == about_agents


def test_it_is_validated_run_and_reported_from_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(MAP)
    for words in (["validate", str(file)], ["run", str(file), "--no-compile", "--out", str(tmp_path / "run")],
                  ["report", str(tmp_path / "run")]):  # fmt: skip
        with pytest.raises(SystemExit) as end:
            main(words)
        assert end.value.code == 0
    assert (tmp_path / "run" / "report.html").exists()
    assert ds.load(tmp_path / "run").states.equals(ds.simulate(ds.load_scenario(MAP), compiled=False).states)
