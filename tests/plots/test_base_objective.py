"""The base objective over time, as it is drawn."""

from __future__ import annotations

import numpy as np

from dynsim.dashboard.collect import collect
from dynsim.plots.base_objective import base_objective
from dynsim.plots.objectives import objectives
from dynsim.session.simulate import simulate
from dynsim.system.scenario import load_scenario
from tests.plots.cases import data_of

TEXT = """
dynsim: 1
title: over and past what is wanted
variables: {x: {init: "uniform(-2, -1)"}}
agents: {one: {controls: x, declared: (x - 2)**2, rule: {gradient: {rate: 0.05}}}}
base: {objective: x**2}
clock: {steps: 40}
phases: {early: 0, middle: 10, late: 25}
ensemble: {replicas: 20, seed: 1}
"""


def test_the_curve_the_dot_and_the_phases() -> None:
    run = simulate(load_scenario(TEXT), compiled=False)
    data = collect(run.findings, run.answers, {})
    drawn = base_objective(data)
    curve, dot = (next(t for t in drawn.data if t.name == name) for name in ("median", "best"))
    medians = run.states.assign(base=run.states.x**2).groupby("t").base.median()
    np.testing.assert_allclose(np.asarray(curve.y, float), medians, rtol=1e-5)
    assert [float(dot.x[0]), float(dot.y[0])] == [medians.idxmin(), np.float32(medians.min())]
    assert [(shape.x0, shape.x1) for shape in drawn.layout.shapes] == [(0, 10), (10, 25), (25, 40)]
    assert {"early", "middle", "late"} <= {note.text for note in drawn.layout.annotations}
    names = {note.text for note in objectives(data).layout.annotations}
    assert names == {"one"}, "the figure of the agents' objectives shows agents alone"


def test_without_a_base_objective_the_section_is_left_out() -> None:
    assert base_objective(data_of("two pulls")) is None
