"""The time at which a run ends is the clock's, whatever the step."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.reading.study import Study
from dynsim.compiler.writing.random_numbers import variable_key
from dynsim.engine.plan import Checkpoint
from dynsim.engine.random.noise import normals
from dynsim.engine.simulate import run
from dynsim.integrators.base import INTEGRATORS
from dynsim.record.recording import Block, MemoryRecording
from dynsim.system.model import Clock
from dynsim.system.ticks import Ticks, whole_units

from .systems import plan_of, program, recorded

METHODS = INTEGRATORS.names()
FIXED = [name for name in METHODS if not INTEGRATORS.get(name).adaptive]
NOISY = [name for name in METHODS if INTEGRATORS.get(name).noise != "none"]
MODES: list[Any] = [{}, {"compiled": False}]


@pytest.mark.parametrize("dt", [0.3, 0.07, 1 / 49, 0.1, 0.25, 1.0])
@pytest.mark.parametrize("name", METHODS)
def test_a_run_ends_at_its_time(name: str, dt: float) -> None:
    """dx/dt = −kx from 1: at t = 1 it is exp(−k), to the order of the method. k = 1; for adaptive methods 0.9, as their
    estimate of the error may vanish where a first step is 1/k."""
    adaptive = INTEGRATORS.get(name).adaptive
    rate = 0.9 if adaptive else 1.0
    system = program(Clock(time=1.0, dt=dt, method=name), ["x"], drift={"x": f"-{rate}*x"})
    got = recorded(system, plan_of(system, 1, {"x": 1.0}, every=0.3 if adaptive else 1), compiled=False)
    assert got.times[-1] == 1.0
    assert got.outcome.time == 1.0
    assert (np.diff(got.times) > 1e-6).all()
    table = INTEGRATORS.get(name)
    bound = 1e-6 if adaptive else 1.5 * dt**table.order / math.factorial(table.order + 1)
    assert abs(got.values["x"][-1, 0] - math.exp(-rate)) < bound


@pytest.mark.parametrize("name", FIXED)
def test_the_last_step_is_one_of_the_method_with_another_length(name: str) -> None:
    """Two steps, of 0.3 and 0.2, against one run of one step each."""
    def once(start: float, length: float) -> float:
        system = program(Clock(time=length, dt=length, method=name), ["x"], drift={"x": "-x"})
        return float(recorded(system, plan_of(system, 1, {"x": start}), compiled=False).values["x"][-1, 0])

    system = program(Clock(time=0.5, dt=0.3, method=name), ["x"], drift={"x": "-x"})
    for options in MODES:
        got = recorded(system, plan_of(system, 1, {"x": 1.0}), **options)
        assert np.array_equal(got.times, [0.0, 0.3, 0.5])
        assert abs(got.values["x"][-1, 0] - once(once(1.0, 0.3), 0.2)) < 1e-15


@pytest.mark.parametrize("options", MODES)
def test_a_method_sees_the_time_within_the_shorter_step(options: Any) -> None:
    """dx/dt = 4t³ is integrated exactly by a method of order 4."""
    system = program(Clock(time=1.0, dt=0.3), ["x"], drift={"x": "4*t**3"})
    got = recorded(system, plan_of(system, 1, {}), **options)
    assert abs(got.values["x"][-1, 0] - 1.0) < 1e-14


@pytest.mark.parametrize("options", MODES)
@pytest.mark.parametrize("name", NOISY)
def test_noise_has_the_length_of_the_shorter_step(name: str, options: Any) -> None:
    """A Wiener process: W(1) = √0.3 (z₀ + z₁ + z₂) + √0.1 z₃."""
    system = program(Clock(time=1.0, dt=0.3, method=name), ["x"], drift={"x": "0*x"}, diffusion={"x": "1 + 0*x"})
    got = recorded(system, plan_of(system, 3, {}, seed=5), **options)
    z = normals(5, np.arange(3), variable_key("x"), np.arange(4)[:, None])
    expected = np.sqrt(0.3) * z[:3].sum(axis=0) + np.sqrt(0.1) * z[3]
    assert np.allclose(got.values["x"][-1], expected, rtol=1e-12)


@pytest.mark.parametrize(("time", "dt", "steps"), [
    (1.0, 0.1, 10), (0.3, 0.1, 3), (0.7, 0.1, 7), (1.0, 1 / 49, 49), (100.0, 0.01, 10_000), (1.0, 0.3, 4),
    (1.0, 1.0, 1), (1e6, 0.1, 10**7), (1e9, 0.1, 10**10), (1.0, 0.9999, 2),
])
def test_how_many_steps(time: float, dt: float, steps: int) -> None:
    """Rounding makes no step more: a last step of 1e-17 is none."""
    ticks = Ticks.of(Clock(time=time, dt=dt))
    assert ticks.last == steps
    assert ticks.time(steps) == time
    assert 0 < ticks.final <= dt
    assert abs((steps - 1) * dt + ticks.final - time) < 1e-9 * time


def test_parts_of_a_time() -> None:
    assert whole_units(0.3, 0.1) == (3, 0.0)
    whole, rest = whole_units(1.0, 0.3)
    assert (whole, round(rest, 12)) == (3, 0.1)
    assert whole_units(0.2, 0.5) == (0, 0.2)


@pytest.mark.parametrize("every", [1, 2, 3, 4, 5, 100])
@pytest.mark.parametrize("options", MODES)
def test_the_end_is_recorded_at_every_cadence(every: int, options: Any) -> None:
    system = program(Clock(time=1.0, dt=0.3), ["x"], drift={"x": "-x"})
    whole = recorded(system, plan_of(system, 2, {"x": 1.0}), **options)
    got = recorded(system, plan_of(system, 2, {"x": 1.0}, every=every), **options)
    kept = sorted({*range(0, 5, every), 4})
    assert np.array_equal(got.times, whole.times[kept])
    assert np.array_equal(got.values["x"], whole.values["x"][kept])


@pytest.mark.parametrize("options", MODES)
def test_a_stopped_run_goes_on_to_the_same_end(options: Any) -> None:
    system = program(Clock(time=1.0, dt=0.3, method="euler_maruyama"), ["x"], drift={"x": "-x"},
                     diffusion={"x": "1 + 0*x"})
    plan = plan_of(system, 3, {"x": 1.0})
    whole = recorded(system, plan, **options)
    chunks: list[Any] = []
    run(system, plan, chunks.append, stop=lambda: len(chunks) >= 3, chunk_bytes=1, **options)
    last = chunks[-1].checkpoint
    assert 0 < last.tick < 4
    run(system, plan, chunks.append, start=Checkpoint(last.records, last.tick, last.arrays), **options)
    assert np.array_equal(np.concatenate([chunk.values["x"] for chunk in chunks]), whole.values["x"])


@pytest.mark.parametrize("options", MODES)
@pytest.mark.parametrize("name", METHODS)
def test_nothing_has_to_be_defined_beyond_the_end(name: str, options: Any) -> None:
    """dx/dt = √(1 − t) from 0 is 2/3 at t = 1, where it ends to be defined."""
    adaptive = INTEGRATORS.get(name).adaptive
    system = program(Clock(time=1.0, dt=0.3, method=name), ["x"], drift={"x": "sqrt(1 - t)"})
    got = recorded(system, plan_of(system, 1, {}, every=0.25 if adaptive else 1), **options)
    assert np.isnan(got.outcome.diverged_at).all()
    assert abs(got.values["x"][-1, 0] - 2 / 3) < (1e-5 if adaptive else 0.15)


SCENARIO = """\
dynsim: 1
title: what happens near the end
phases: {early: 0, late: 0.95}
params: {a: 0.0, b: 0.0, c: 0.0}
variables: {z: {init: 0}, x: {init: 1, flow: "-x"}, y: {init: 0, flow: late}}
clock: {time: 1, dt: 0.3}
agents: {one: {controls: z, declared: "z**2/2", rule: {gradient: {rate: 0.1}}}}
events:
  before: {at: 0.95, set: {a: t}}
  end: {at: 1, set: {b: t}}
  after: {at: 1.01, set: {c: 1}}
"""


@pytest.mark.parametrize("compiled", [True, False])
def test_events_and_phases_up_to_the_end(compiled: bool) -> None:
    """They happen at the first step that reaches them, which may be the end, and never after it."""
    states = ds.simulate(ds.load_scenario(SCENARIO), compiled=compiled).states
    assert list(states.t.round(9)) == [0, 0.3, 0.6, 0.9, 1.0]
    assert list(states.a) == list(states.b) == [0, 0, 0, 0, 1.0]
    assert (states.c == 0).all()
    assert (states.y == 0).all()


def test_lifetimes_before_a_shorter_last_step() -> None:
    """A generation ends every 0.6; what begins at 0.6 is cut off by the end at 1, which is no generation's."""
    selection = "selection: {fitness: x, every: 0.6, over: mean, scheme: {tournament: {size: 2}}, heritable: {x: x}}"
    text = SCENARIO + selection
    births = ds.simulate(ds.load_scenario(text), replicas=4, compiled=False).generations
    assert sorted(set(births.t.round(9))) == [0, 0.6]
    # the mean of exp(−t) over a lifetime
    assert abs(births.fitness.max() - (1 - math.exp(-0.6)) / 0.6) < 1e-4


def _study(times: list[float], values: list[float]) -> Study:
    system = program(Clock(steps=int(times[-1])), ["x"], stages=[{"x": "x + 1"}])
    block = Block(np.array(times), {"x": np.array(values)[:, None]})
    return Study(system, MemoryRecording([block], 1, {}, np.array([np.nan]), np.array([-1])))


@pytest.mark.parametrize(("times", "even"), [
    ([0, 10, 20, 25], 3), ([0, 10, 20, 30], 4), ([0, 0.1, 0.2, 0.30000000000000004], 4), ([0, 7], 2), ([0], 1),
])
def test_a_last_record_that_is_nearer_is_known(times: list[float], even: int) -> None:
    assert _study(times, times).even == even


def test_a_cycle_recorded_up_to_an_end_between_two_records() -> None:
    """A map with a cycle of two points, recorded every 4 steps up to step 401: its period is found, and the average is
    that of the regular records."""
    s = ds.System("flip")
    x = s.state("x", init=1)
    s.agent("one", controls=x, declared=x**2, rule=ds.rules.gradient(rate=1.0))
    s.clock(steps=401)
    s.record(every=4)
    run = ds.simulate(s, compiled=False)
    assert list(run.states.t[-3:]) == [396, 400, 401]
    exact = run.metric("period").set_index("quantity")
    assert exact["median"]["exact"] == 2
    averages = run.metric("time_averages").set_index(["quantity", "of"])
    assert averages["median"]["average", "x"] == 1.0


def test_a_turn_of_a_continuous_clock_has_its_period_with_an_uneven_end() -> None:
    """A rotation of period 2π, recorded every 0.25, up to 100.1."""
    text = """\
dynsim: 1
title: turn
variables: {x: {init: 1, flow: y}, y: {init: 0, flow: -x}, z: {init: 0}}
clock: {time: 100.1, dt: 0.25}
agents: {one: {controls: z, declared: "z**2/2", rule: {gradient: {rate: 0.1}}}}
"""
    run = ds.simulate(ds.load_scenario(text), compiled=False)
    assert run.summary.verdict[0] == "cycling"
    assert abs(run.summary.period[0] - 2 * math.pi) < 1e-3
