"""The state graph says who reads what and who writes what, and needs nobody to write it down."""

import networkx as nx

from dynsim.system.scenario import load_scenario
from dynsim.system.state_graph import state_graph

SCENARIO = """\
dynsim: 1
title: t
params: {b: 1, k: 2}
graphs: {net: {generator: cycle_graph, n: 4}}
variables:
  x: {init: b}
  y: {flow: 0.1*x}
  p: {on: net, flow: "mean_neighbors(neighbor(p)) - p"}
  d: {expr: k*x}
  e1: {expr: "d + mean(p)"}
agents:
  one: {controls: {x: 2}, declared: e1**2, paths: {d: b}, credit: {y: 0.5}, rule: {gradient: {rate: 0.1}}}
  y: {controls: [x, y], declared: y**2, rule: {gradient: {rate: 0.1}}}
events:
  shift: {when: y > 3, set: {k: 3, x: 0}, silence: one}
clock: {steps: 10}
"""


def graph() -> nx.DiGraph:
    return state_graph(load_scenario(SCENARIO).resolve())


def test_nodes_have_kinds() -> None:
    assert dict(graph().nodes(data="kind")) == {
        "b": "parameter", "k": "parameter", "x": "state", "y": "state", "p": "population-state", "d": "derived",
        "e1": "derived", "one": "agent", "agent:y": "agent", "shift": "event",
    }  # fmt: skip


def test_edges_have_kinds() -> None:
    assert {(a, b): kind for a, b, kind in graph().edges(data="kind")} == {
        ("b", "x"): "flow", ("x", "y"): "flow", ("p", "p"): "flow",
        ("k", "d"): "reads", ("x", "d"): "reads", ("d", "e1"): "reads", ("p", "e1"): "reads",
        ("e1", "one"): "reads", ("b", "one"): "reads", ("y", "agent:y"): "reads",
        ("one", "x"): "writes", ("agent:y", "x"): "writes", ("agent:y", "y"): "writes",
        ("agent:y", "one"): "credit",
        ("y", "shift"): "reads", ("shift", "k"): "writes", ("shift", "x"): "writes", ("shift", "one"): "silences",
    }  # fmt: skip


def test_edges_carry_what_scales_them() -> None:
    assert graph().edges["one", "x"]["gain"] == "agents.one.controls.x"
    assert graph().edges["agent:y", "one"]["weight"] == "agents.one.credit.y"


def test_learning_that_is_seen_is_an_edge() -> None:
    """Where there is credit as well, it is that edge's attribute."""
    seen = SCENARIO.replace("paths: {d: b}", "paths: {d: b, two: k}").replace(
        "events:", "  two: {controls: y, declared: x*y, paths: {one: 1}, rule: {gradient: {rate: 0.1}}}\nevents:"
    )
    edges = state_graph(load_scenario(seen).resolve()).edges
    assert edges["two", "one"] == {"kind": "learning", "factor": "k"}
    assert edges["one", "two"]["factor"] == "agents.two.paths.one"
    assert edges["k", "one"]["kind"] == "reads"
    both = state_graph(load_scenario(seen.replace("credit: {y: 0.5}", "credit: {two: 0.5}")).resolve()).edges
    assert both["two", "one"] == {"kind": "credit", "weight": "agents.one.credit.two", "factor": "k"}


def test_a_path_from_an_agent_to_its_objective_is_found_by_networkx() -> None:
    assert nx.shortest_path(graph(), "one", "e1") == ["one", "x", "d", "e1"]


def test_selection_reads_what_makes_fit_and_its_children_inherit() -> None:
    text = SCENARIO + (
        "ensemble: {replicas: 12}\nselection:\n  fitness: -e1\n  every: 2\n  scheme: moran\n  heritable: [b, x]\n"
        "  groups: {count: 3, scheme: moran, fitness: y}\n  means: {crowd: d}\n"
    ).replace("fitness: -e1", 'fitness: "exp(-e1)"')
    found = state_graph(load_scenario(text).resolve())
    assert found.nodes["selection"]["kind"] == "selection"
    assert {a for a, _ in found.in_edges("selection")} == {"e1", "y", "d"}
    kinds = {b: kind for _, b, kind in found.out_edges("selection", data="kind")}
    assert kinds == {"b": "inherits", "x": "inherits", "crowd": "writes"}
