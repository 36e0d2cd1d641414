"""Truth values that several generated loops use: the compiled run equals the interpreted one."""

import pytest

import dynsim as ds

SCENARIO = """
dynsim: 1
title: Conditions that scalars, a sum and the nodes share
graphs: {net: {generator: cycle_graph, n: 4}}
variables: {m: {init: 0.1}, n: {init: 0.2}, x: {on: net, init: "normal(0, 1)"}}
agents:
  one: {controls: m, declared: "(m - 1)**2 if m < n and n < 1 else (m - 2)**2", rule: {gradient: {rate: 0.1}}}
  two: {controls: n, declared: "(n - 1)**2 if m < n or n < 3 else (n - 2)**2", rule: {gradient: {rate: 0.1}}}
  crowd:
    controls: x
    declared: "(x - 1)**2 if (m < n and sum(x) < 1) else (x - 2)**2"
    rule: {gradient: {rate: 0.1}}
  doubters:
    controls: x
    declared: "(x - 1)**2 if (x < mean_neighbors(neighbor(x)) and m < n and n < 1) else (x - 2)**2"
    rule: {gradient: {rate: 0.1}}
clock: {steps: 20}
"""


@pytest.mark.parametrize("replicas", [1, 40])
def test_condition_may_be_used_by_several_loops(replicas: int) -> None:
    """Kept between two loops it is a number, and has to be asked for its truth again."""
    system = ds.load_scenario(SCENARIO)
    found, expected = (ds.simulate(system, replicas=replicas, compiled=how).states for how in (True, False))
    assert found.equals(expected)
