"""Events: when they happen, how often, in which order, and what they set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dynsim.system.model import Clock

from .systems import NET, plan_of, program, recorded

MODES: list[Any] = [{}, {"lanes": 1}, {"compiled": False}]


@pytest.mark.nojit
@pytest.mark.parametrize("options", MODES)
def test_when_and_once(options: Any) -> None:
    """At tick 0, at tick 10, and on a condition: once in every replica, before the tick is recorded."""
    system = program(
        Clock(steps=30), ["x", "early", "late", "hits"], stages=[{"x": "x + 1"}],
        events=[
            ("start", "t >= 0", {"early": "7"}),
            ("tenth", "t >= 10", {"late": "t"}),
            ("high", "x >= 15", {"x": "x - 10", "hits": "hits + 1"}),
        ],
    )
    run = recorded(system, plan_of(system, 3, {"x": [0.0, 5.0, -100.0]}), **options)
    assert (run.values["early"] == 7).all()
    assert np.array_equal(run.values["late"], np.where(run.times >= 10, 10.0, 0.0)[:, None].repeat(3, 1))
    assert np.array_equal(run.values["hits"][-1], [1, 1, 0])
    assert np.array_equal(run.values["x"][-1], [20, 25, -70])
    assert run.values["x"][15, 0] == 5
    assert run.values["x"][10, 1] == 5


@pytest.mark.parametrize("options", MODES)
def test_order(options: Any) -> None:
    """An event sees what those before it have set in the same tick, its own assignments the values before it."""
    system = program(
        Clock(steps=5), ["a", "b"], stages=[{"a": "a"}],
        events=[
            ("first", "t >= 2", {"a": "1"}),
            ("swap", "a > 0", {"a": "b", "b": "a"}),
            ("never", "a > 100", {"b": "-1"}),
        ],
    )
    run = recorded(system, plan_of(system, 2, {"a": 0.0, "b": 50.0}), **options)
    assert np.array_equal(run.values["a"][:, 0], [0, 0, 50, 50, 50, 50])
    assert np.array_equal(run.values["b"][:, 0], [50, 50, 1, 1, 1, 1])


@pytest.mark.parametrize("options", MODES)
def test_populations_and_switches(options: Any) -> None:
    """All nodes are set at once; a switch silences a move and restores it."""
    system = program(
        Clock(steps=20), ["active"], populations={"x": "net"}, topology=NET,
        stages=[{"x": "x + where(active > 0.5, 1, 0)"}],
        events=[
            ("off", "t >= 5", {"active": "0"}),
            ("on", "t >= 15", {"active": "1"}),
            ("reset", "t >= 10", {"x": "index"}),
        ],
    )
    run = recorded(system, plan_of(system, 3, {"active": 1.0}), **options)
    nodes = np.arange(NET.n)
    assert (run.values["x"][9] == 5).all()
    assert np.array_equal(run.values["x"][14, :, 1], nodes)
    assert np.array_equal(run.values["x"][-1, :, 2], nodes + 5)


@pytest.mark.parametrize("options", MODES)
def test_an_adaptive_step_ends_on_the_event(options: Any) -> None:
    """Speed 0 before t = 1/3 and 1 after it: the path is exact, whatever the steps and the records are."""
    system = program(
        Clock(time=7.0, method="dopri5"), ["x", "speed"], drift={"x": "speed"},
        events=[("go", "t >= 0.3333333333333333", {"speed": "1"}), ("turn", "t >= 5", {"speed": "-1"})],
    )
    run = recorded(system, plan_of(system, 2, {"x": 0.0}, every=0.7), **options)
    exact = np.clip(run.times - 1 / 3, 0, None) - 2 * np.clip(run.times - 5, 0, None)
    assert np.allclose(run.values["x"][:, 0], exact, rtol=0, atol=1e-13)


@pytest.mark.parametrize("options", MODES)
def test_a_time_that_has_passed_does_not_hold_the_clock(options: Any) -> None:
    """From t = 1 on, as soon as x > 2: after the time has come, steps go on until the condition holds."""
    from dataclasses import replace

    system = program(
        Clock(time=5.0, method="dopri5"), ["x", "seen"], drift={"x": "1"},
        events=[("late", "t >= 1 and x > 2", {"seen": "1"})],
    )
    event = replace(system.events[0], time=system.graph.constant(1.0))
    run = recorded(replace(system, events=(event,)), plan_of(system, 2, {}, every=0.01), **options)
    assert run.outcome.finished
    assert run.values["seen"][150, 0] == 0
    assert run.values["seen"][-1, 0] == 1
