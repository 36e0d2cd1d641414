"""A dynsim system carried from one value of a parameter to the next."""

import networkx as nx
import numpy as np
import pytest

import dynsim as ds
from dynsim.errors import InputError
from dynsim.experiments.search.carried_states import CarriedStates
from dynsim.experiments.search.continuation import continuation


def folded() -> ds.System:
    """x' = μ + x − x³, in two replicas."""
    s = ds.System("two folds")
    mu = s.parameter("mu", 0.0)
    x = s.state("x", init=-1.0)
    s.flow("x", mu + x - x**3)
    s.clock(time=30, dt=0.5)
    s.ensemble(replicas=2, seed=3)
    return s


def test_a_system_jumps_at_its_folds() -> None:
    """x' = μ + x − x³ has folds at ±2/(3√3) = ±.3849001795."""
    carried = CarriedStates(folded(), "mu", compiled=False)
    assert carried.names == ("x",)
    np.testing.assert_array_equal(carried.starts, [[-1.0, -1.0]])
    found = continuation(carried.advance, [-0.5, 0.0, 0.3, 0.5], carried.starts, tolerance=0.05, patience=4)
    low, high = found.hysteresis(0) or (np.nan, np.nan)
    assert (low, high) == pytest.approx((-0.3849, 0.3849), abs=0.05)


def test_a_parameter_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="unknown parameter 'nu': known are mu"):
        CarriedStates(folded(), "nu")


def test_only_one_parameter_varies() -> None:
    s = folded()
    speed = s.parameter("speed", 1.0)
    s.state("y", init=0.0)
    s.flow("y", speed)
    s.ensemble(replicas=2, seed=3, vary={speed: [1.0, 2.0]})
    with pytest.raises(InputError, match="only mu to vary, but speed differ"):
        CarriedStates(s, "mu")


def test_nodes_are_rows() -> None:
    """Where each node of a ring takes half of itself away at every step, a stretch of 3 steps leaves 1/8."""
    s = ds.System("a ring fades")
    s.population("ring", nx.cycle_graph(3))
    rate = s.parameter("rate", 0.5)
    z = s.state("z", init=1.0)
    x = s.state("x", init=ds.uniform(1, 2), on="ring")
    s.flow("x", -rate * x)
    s.flow("z", -rate * z)
    s.clock(steps=3)
    s.ensemble(replicas=2, seed=1)
    carried = CarriedStates(s, rate, compiled=False)
    assert set(carried.names) == {"z", "x[0]", "x[1]", "x[2]"}
    course = carried.advance(np.array([0.5, 1.0]), carried.starts)
    np.testing.assert_allclose(course.states, carried.starts * [0.125, 0.0], rtol=1e-15)
    np.testing.assert_array_equal(course.record[-1], course.states)
    assert len(course.record) == 2
