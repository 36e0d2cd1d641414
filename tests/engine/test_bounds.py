"""No kernel reads or writes out of bounds. CI runs these with NUMBA_BOUNDSCHECK=1, where one that does raises an error.

Every kind of clock and driver, graphs, noise, events, regions and selection; one lane and several.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import pytest

import dynsim as ds
from dynsim.system.model import Clock
from tests.compiler.test_many_graphs import text_of

from .systems import SYSTEMS, Case, plan_of, program, recorded

pytestmark = [pytest.mark.slow, pytest.mark.boundscheck]

REGIONS = """
dynsim: 1
title: a rule for every replica
params: {which: 0}
variables: {x: {init: 1}, y: {init: 0.5}}
agents:
  one:
    controls: x
    declared: "tanh(x*y) + x**2/4"
    rule: {one_of: {which: which, rules: [{gradient: {rate: 0.1}}, {lola: {rate: 0.1, foresight: 0.5}}]}}
  two: {controls: y, declared: "y**2 - sin(x*y)", rule: {adam: {rate: 0.1}}}
clock: {steps: 30}
ensemble: {replicas: 6, vary: {which: [0, 1]}}
"""


@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("case", SYSTEMS.values(), ids=list(SYSTEMS))
def test_every_kind_of_system(case: Callable[[], Case], lanes: int) -> None:
    system, plan = case()
    found = recorded(system, plan(5), lanes=lanes, threads=1)
    assert found.outcome.finished


@pytest.mark.parametrize("scenario", [text_of(12), REGIONS], ids=["many_graphs", "regions"])
def test_compiled_as_interpreted(scenario: str) -> None:
    fast, slow = (ds.simulate(ds.load_scenario(scenario), compiled=c, report=False) for c in (True, False))
    for mine, other in zip(fast.recording.blocks(), slow.recording.blocks(), strict=True):
        for slot, values in mine.values.items():
            np.testing.assert_allclose(values, other.values[slot], rtol=1e-10, atol=1e-12)


SHIPPED: dict[str, dict[str, Any]] = {
    "demons_in_imperfect_search": {"replicas": 16, "steps": 500},
    "lecun_modules": {"replicas": 64},
    "kuramoto": {"replicas": 3},
    "degroot": {"replicas": 2},
}


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_systems(name: str) -> None:
    ds.simulate(name, report=False, **SHIPPED[name])


def test_an_access_out_of_bounds_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check is on where CI says so; what was compiled and kept without it is not taken."""
    if not numba.config.BOUNDSCHECK:
        pytest.skip("needs NUMBA_BOUNDSCHECK=1")
    from dynsim.engine.compiled import blocks

    system = program(Clock(steps=2), ["x", "y"], stages=[{"x": "x + 1", "y": "y + x"}])
    room = blocks.Blocks._room
    monkeypatch.setattr(blocks.Blocks, "_room", lambda self: room(self)._replace(k=np.zeros(0), saved=np.zeros(1)))
    with pytest.raises(IndexError):
        recorded(system, plan_of(system, 4, {}), threads=1)
