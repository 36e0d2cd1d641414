"""`ensemble.start`: replicas that start from given states, memories among them."""

import numpy as np
import pytest

import dynsim as ds
from dynsim.errors import InputError
from dynsim.system.scenario import load_scenario

SCENARIO = """
dynsim: 1
title: two halves
graphs: {ring: {generator: cycle_graph, n: 3}}
variables:
  x: {init: "normal(0, 1)", noise: 0.1}
  v: {size: 2, init: 1, flow: -0.5*v}
  y: {on: ring, init: index, flow: "0.5*(mean_neighbors(neighbor(y)) - y)"}
agents: {a: {controls: x, declared: "x**2/2", rule: {momentum: {rate: 0.1, beta: 0.5}}}}
clock: {steps: 8}
ensemble: {replicas: 2, seed: 3}
"""


def test_a_run_goes_on_where_another_ended() -> None:
    """Without noise, 4 steps from the states after 4 steps are the last 4 of 8, to the bit."""
    calm = {"variables.x.noise": 0.0}
    whole = ds.simulate(load_scenario(SCENARIO).changed(calm), compiled=False)
    states = whole.states.query("t == 4")
    nodes = whole.population("y").query("t == 4").pivot(index="replica", columns="element", values="value")
    start = {name: states[name].tolist() for name in ("x", "v[0]", "v[1]", "a.v")}
    start["y"] = nodes.to_numpy().tolist()
    system = load_scenario(SCENARIO).changed({**calm, "ensemble.start": start, "clock.steps": 4})
    rest = ds.simulate(system, compiled=False)
    for name in ("x", "v[0]", "v[1]"):
        np.testing.assert_array_equal(rest.states[name], whole.states.query("t >= 4")[name])
    np.testing.assert_array_equal(rest.population("y")["value"], whole.population("y").query("t >= 4")["value"])


def test_what_is_not_given_starts_as_stated() -> None:
    plain = ds.simulate(load_scenario(SCENARIO), compiled=False).states.query("t == 0")
    given = load_scenario(SCENARIO).changed({"ensemble.start": {"v[1]": [5, 6]}})
    found = ds.simulate(given, compiled=False).states.query("t == 0")
    assert found["v[1]"].tolist() == [5.0, 6.0]
    assert found["x"].tolist() == plain["x"].tolist()


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({"z": [1, 2]}, "ensemble.start.z: unknown state 'z': .*"),
        ({"x": [1, 2, 3]}, "ensemble.start.x: expected a number for each of the 2 replicas, got 3"),
        ({"x": [1, "two"]}, "ensemble.start.x: expected a list of finite numbers, one for each replica, got"),
        ({"x": [[1, 2], [3, 4]]}, "expected one number for each replica, got lists of 2"),
        ({"y": [1, 2]}, "expected a list of 3 numbers, one for each node, for each replica, got single numbers"),
    ],
)
def test_wrong_starts_are_told(start: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        ds.simulate(load_scenario(SCENARIO).changed({"ensemble.start": start}))
