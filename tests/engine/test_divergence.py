"""A replica that leaves the finite numbers: when and where is exact, and nobody else notices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dynsim.algebra.topology import Topology
from dynsim.compiler.applying.space import project
from dynsim.compiler.program import Program
from dynsim.system.model import Clock, Space

from .systems import plan_of, program, recorded, same_bits

R = 9
MODES: list[Any] = [{}, {"lanes": 1}, {"lanes": 2}, {"compiled": False}]


def _growing() -> Program:
    """x doubles or halves; y is a bystander."""
    return program(Clock(steps=1100), ["y", "x"], parameters=["a"], stages=[{"y": "0.5*y", "x": "a*x"}])


@pytest.mark.nojit
@pytest.mark.parametrize("every", [1, 7, 64, 5000])
@pytest.mark.parametrize("options", MODES)
def test_time_and_state_are_exact(every: int, options: Any) -> None:
    """2**1024 is the first power of 2 that is not finite."""
    system = _growing()
    a = np.full(R, 0.5)
    a[3] = 2.0
    run = recorded(system, plan_of(system, R, {"x": 1.0, "y": 1.0}, {"a": a}, every=every), **options)
    assert np.array_equal(run.outcome.diverged_at, np.where(a == 2.0, 1024.0, np.nan), equal_nan=True)
    assert np.array_equal(run.outcome.diverged_slot, np.where(a == 2.0, 1, -1))
    for slot in ("x", "y"):
        assert np.array_equal(np.isnan(run.values[slot][:, 3]), run.times >= 1024)
        assert np.isfinite(np.delete(run.values[slot], 3, axis=1)).all()
    healthy = recorded(system, plan_of(system, R, {"x": 1.0, "y": 1.0}, {"a": 0.5}, every=every), **options)
    assert same_bits(
        {s: np.delete(x, 3, axis=1) for s, x in run.values.items()},
        {s: np.delete(x, 3, axis=1) for s, x in healthy.values.items()},
    )


@pytest.mark.parametrize("options", MODES)
def test_infinite_for_one_step_counts(options: Any) -> None:
    """x → 1/x from 0 is infinite at every second tick only."""
    system = program(Clock(steps=200), ["x"], stages=[{"x": "1/x"}])
    run = recorded(system, plan_of(system, R, {"x": np.where(np.arange(R) == 2, 0.0, 2.0)}, every=2), **options)
    assert np.array_equal(run.outcome.diverged_at, np.where(np.arange(R) == 2, 1.0, np.nan), equal_nan=True)


@pytest.mark.parametrize("space", [Space("box", 0.0, 1.0), Space("box", None, 1.0), Space("circle"), Space("simplex")])
@pytest.mark.parametrize("options", MODES)
def test_no_space_hides_what_is_not_a_number(space: Space, options: Any) -> None:
    system = program(Clock(steps=50), ["x", "y"], parameters=["a"], stages=[{"x": "x + log(a)", "y": "y"}])
    stage = system.stages[0]
    system = type(system)(**{
        **{f: getattr(system, f) for f in system.__dataclass_fields__},
        "stages": (dict(zip(stage, project(space, list(stage.values())), strict=True)),),
    })
    a = np.where(np.arange(R) == 4, -1.0, 1.0)
    run = recorded(system, plan_of(system, R, {"x": 0.5, "y": 0.5}, {"a": a}), **options)
    assert np.array_equal(run.outcome.diverged_at, np.where(a < 0, 1.0, np.nan), equal_nan=True)


@pytest.mark.parametrize("options", MODES)
@pytest.mark.parametrize("method", [None, "rk4", "dopri5"])
def test_events_that_set_what_is_not_finite(options: Any, method: str | None) -> None:
    """Also where nothing else reads the value; the lanes beside it go on."""
    clock = Clock(steps=40) if method is None else Clock(time=40.0, dt=1.0, method=method)
    moves: dict[str, Any] = {"stages": [{"x": "0.9*x"}]} if method is None else {"drift": {"x": "-0.1*x"}}
    system = program(clock, ["x", "idle"], parameters=["a"], events=[("bad", "t >= 7", {"idle": "log(a)"})], **moves)
    a = np.where(np.arange(R) == 1, 0.0, 1.0)
    run = recorded(system, plan_of(system, R, {"x": 1.0, "idle": 0.0}, {"a": a}), **options)
    assert np.array_equal(run.outcome.diverged_at, np.where(a == 0, 7.0, np.nan), equal_nan=True)
    assert np.array_equal(run.outcome.diverged_slot, np.where(a == 0, 1, -1))
    assert np.isfinite(np.delete(run.values["x"], 1, axis=1)).all()


@pytest.mark.parametrize("options", MODES)
def test_from_the_start(options: Any) -> None:
    system = _growing()
    start = np.where(np.arange(R) == 5, np.inf, 1.0)
    run = recorded(system, plan_of(system, R, {"x": 1.0, "y": start}, {"a": 0.5}), **options)
    assert np.array_equal(run.outcome.diverged_at, np.where(np.isinf(start), 0.0, np.nan), equal_nan=True)
    assert np.isnan(run.values["x"][:, 5]).all()
    assert np.isfinite(run.values["x"][:, 4]).all()


@pytest.mark.parametrize("options", MODES)
@pytest.mark.parametrize("method", ["rk4", "dopri5"])
def test_blow_up_in_finite_time(options: Any, method: str) -> None:
    """dx/dt = a x² from 1 is 1/(1 − a t)."""
    system = program(Clock(time=3.0, dt=0.001, method=method), ["x"], parameters=["a"], drift={"x": "a*x**2"})
    a = np.where(np.arange(R) == 6, 1.0, -1.0)
    run = recorded(system, plan_of(system, R, {"x": 1.0}, {"a": a}, every=100 if method == "rk4" else 0.1), **options)
    assert np.isnan(np.delete(run.outcome.diverged_at, 6)).all()
    assert abs(run.outcome.diverged_at[6] - 1.0) < (0.02 if method == "rk4" else 1e-5)
    assert np.array_equal(np.isnan(run.values["x"][:, 6]), run.times > 1.05)
    assert np.allclose(run.values["x"][:, 0], 1 / (1 + run.times), rtol=1e-5)


@pytest.mark.parametrize("lanes", [1, 4])
def test_a_node_of_a_population(lanes: int) -> None:
    """The slot is the population; a maximum does not pass over what is not a number."""
    ring = Topology.build(5, np.arange(5), (np.arange(5) + 1) % 5, np.ones(5))
    system = program(
        Clock(steps=30), ["peak"], populations={"x": "net"}, topology=ring,
        stages=[{"x": "2*x", "peak": "max(log(x))"}],
    )
    start = np.ones((5, 3))
    start[2, 1] = 2.0**1014
    run = recorded(system, plan_of(system, 3, {"x": start}), lanes=lanes)
    assert np.array_equal(run.outcome.diverged_at, [np.nan, 10.0, np.nan], equal_nan=True)
    assert run.outcome.diverged_slot[1] == [s.name for s in system.states].index("x")
    start[2, 1] = -1.0
    run = recorded(system, plan_of(system, 3, {"x": start}), lanes=lanes)
    assert np.array_equal(run.outcome.diverged_at, [np.nan, 1.0, np.nan], equal_nan=True)
