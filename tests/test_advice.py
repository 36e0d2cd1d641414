"""Warnings before a run: what will hardly be meant is told once, with its place; what is meant is not."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

import dynsim as ds
from dynsim.rules.base import RULES
from dynsim.session.simulate import checked
from dynsim.system.shipped import shipped_scenarios
from tests.rules.test_contract import example


def advice(s: ds.System) -> list[str]:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        checked(s)
    return [str(warning.message) for warning in told if issubclass(warning.category, ds.Advice)]


def system(rule: Any = None, **more: Any) -> ds.System:
    s = ds.System("t")
    s.parameter("k", 1.0)
    s.state("x", init=1)
    s.state("y", init=2)
    s.clock(steps=5)
    s.agent("a", "x", "x**2", ds.rules.gradient(rate=0.1))
    if more or rule:
        s.agent("b", **({"controls": "y", "declared": "x**2", "rule": rule or ds.rules.gradient(rate=0.1)} | more))
    return s


IDLE = "the objective does not depend on what the agent moves (y), so there is nothing to learn"


@pytest.mark.parametrize(("more", "expected"), [
    ({}, []),
    ({"declared": "x**2"}, [f"agents.b.declared: {IDLE}"]),
    ({"declared": "k"}, [f"agents.b.declared: {IDLE}"]),
    ({"declared": "x + y"}, []),
    ({"declared": "x**2", "pursues": "y**2"}, []),  # its label is no reason to warn
    ({"declared": "y**2", "pursues": "x**2"}, [f"agents.b.pursues: {IDLE}"]),
    ({"declared": "x**2", "credit": {"c": 1}}, []),
    ({"declared": 0}, []),  # who is to want nothing
    ({"declared": "0*y"}, []),
    ({"declared": "y**2", "pursues": 0}, []),
])
def test_an_objective_that_does_not_depend_on_what_its_agent_moves(more: dict[str, Any], expected: list[str]) -> None:
    s = system(**more) if more else system()
    if "credit" in more:
        s.agent("c", "x", "y**2", ds.rules.heuristic(target=0, rate=0.1))
    assert advice(s) == expected


def test_what_gets_there_through_a_flow_or_through_learning() -> None:
    s = system(declared="z**2")
    s.state("z", init=0, flow="y - z")
    assert advice(s) == [f"agents.b.declared: {IDLE}: what it moves gets there through a flow, in time, and `horizon` "
                         "opens that path"]
    s.data["agents"]["b"]["horizon"] = 3
    assert advice(s) == []
    s = system(declared="x**2")
    s.data["agents"]["a"]["declared"] = "(x - y)**2"
    assert advice(s) == [f"agents.b.declared: {IDLE}: what it moves gets there through what 'a' learns, and a path to "
                         "it opens that"]
    s.data["agents"]["b"]["paths"] = {"a": 1}
    assert advice(s) == []


@pytest.mark.parametrize("name", ["heuristic", "random_walk", "blend"])
def test_rules_that_go_by_more_than_the_objective(name: str) -> None:
    settings: dict[str, dict[str, Any]] = {
        "heuristic": {"target": 0, "rate": 0.1}, "random_walk": {"scale": 1.0},
        "blend": {"share": 0.5, "target": 0, "rate": 0.1, "rule": {"gradient": {"rate": 0.1}}},
    }
    assert advice(system(declared="x**2", rule={name: settings[name]})) == []


@pytest.mark.parametrize("name", RULES.names())
def test_no_rule_is_accused_whose_objective_depends_on_what_it_moves(name: str) -> None:
    s = ds.System("t")
    space = "simplex" if RULES.get(name).space == "simplex" else None
    for player in "xy":
        s.state(player, size=2, init=[0.5, 0.5], space=space)
        s.agent(f"of_{player}", player, f"({player}[0] - 0.3)**2 + x[0]*y[1]", example(name, [0.3, 0.3]))
    s.clock(steps=2)
    assert advice(s) == []


def test_populations_are_not_accused() -> None:
    s = ds.System("t")
    s.population("net", generator="cycle_graph", n=4)
    p = s.state("p", on="net", init=1)
    s.agent("crowd", p, "sum_neighbors(neighbor(p))", ds.rules.gradient(rate=0.1))
    s.clock(steps=2)
    assert advice(s) == []


def dilemma(**variable: Any) -> ds.System:
    s = ds.System("t")
    for name in ("x", "y"):
        s.state(name, **({"size": 2, "init": [0.5, 0.5]} | variable))
    s.game("g", "prisoners_dilemma", actions=["x", "y"])
    s.clock(steps=3)
    return s


def played(s: ds.System, rule: Any = None) -> list[str]:
    for k, (agent, name) in enumerate((("a", "x"), ("b", "y"))):
        s.agent(agent, name, f"g[{k}]", rule or ds.rules.gradient(rate=0.1))
    return advice(s)


SHARES = "a game takes it for shares that sum to 1, and nothing keeps them so: write `space: simplex`"
CHANCE = "a game takes it for a chance, and nothing keeps it from 0 to 1: write `space: [0, 1]`"


def test_mixed_strategies_that_nothing_keeps_on_the_simplex() -> None:
    assert played(dilemma()) == [f"variables.x: {SHARES}", f"variables.y: {SHARES}"]
    assert played(dilemma(space=[0, 1])) == [f"variables.x: {SHARES}", f"variables.y: {SHARES}"]
    assert played(dilemma(size=None, init=0.5)) == [f"variables.x: {CHANCE}", f"variables.y: {CHANCE}"]


def test_strategies_that_are_kept_where_they_belong() -> None:
    assert played(dilemma(space="simplex")) == []
    assert played(dilemma(space="simplex"), ds.rules.multiplicative_weights(rate=0.1)) == []
    assert played(dilemma(size=None, init=0.5, space=[0, 1])) == []
    s = ds.System("logits of an iterated game")
    for name in ("x", "y"):
        s.state(name, size=5, init=0)
    s.game("g", "iterated_matrix", actions=["x", "y"], payoffs={"prisoners_dilemma": {}}, discount=0.9)
    s.clock(steps=3)
    assert played(s) == []
    s = ds.System("chances by a sigmoid")
    for name in ("x", "y"):
        s.state(name, init=0)
    s.game("g", "prisoners_dilemma", actions=["sigmoid(x)", "[sigmoid(y), 1 - sigmoid(y)]"])
    s.clock(steps=3)
    assert played(s) == []


@pytest.mark.parametrize(("lists", "expected"), [
    ({"k": [1, 2, 3, 4], "variables.x.init": [1, 2, 3, 4, 5]},
     ["ensemble.vary: 4 values of k and 5 of variables.x.init stand side by side: they meet in 8 of 20 combinations; "
      "`grid` takes every one"]),
    ({"k": [1, 2, 3, 4], "variables.x.init": [1, 2]}, []),
    ({"k": [1, 2, 3, 4], "variables.x.init": list(range(20))}, []),
    ({"k": "linspace(0, 1)", "variables.x.init": [1, 2, 3, 4, 5]}, []),
    ({"k": [1, 2, 3, 4], "variables.x.init": "normal(0, 1)"}, []),
])
def test_lists_of_different_lengths(lists: dict[str, Any], expected: list[str]) -> None:
    s = system()
    s.ensemble(replicas=20, vary=lists)
    assert advice(s) == expected


def test_a_start_that_is_not_stated() -> None:
    s = system()
    s.state("u")
    s.state("v", size=4, space="simplex")
    s.state("w", space=[2, 3])
    s.derived("d", "u")
    told = "for it has no `init`: state where it starts"
    assert advice(s) == [f"variables.u: starts at 0, {told}", f"variables.v: starts at 0.25, {told}",
                         f"variables.w: starts at 2, {told}"]


@pytest.mark.parametrize("name", list(shipped_scenarios()))
def test_shipped_scenarios_mean_what_they_say(name: str) -> None:
    assert advice(ds.load_scenario(shipped_scenarios()[name])) == []


@pytest.mark.parametrize(("at", "late"), [(4, False), (5, False), (6, True), ("3*2", True), ("k + 100", False)])
def test_an_event_after_the_end_never_happens(at: Any, late: bool) -> None:
    s = system()
    s.event("e", at=at, set={"x": 0})
    told = "events.e.at: the event never happens: the clock ends at 5"
    assert advice(s).count(told) == late


def test_an_event_at_the_end_happens() -> None:
    s = system()
    s.event("e", at=5, set={"y": 7})
    assert ds.simulate(s, compiled=False).states.y.iloc[-1] == 7
