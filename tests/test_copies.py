"""A run travels: pickled, copied, or made by another process it is equal to the original."""

import copy
import multiprocessing
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dynsim as ds
from dynsim.algebra.graph import Graph
from dynsim.compiler.applying.build import build
from dynsim.system.shipped import shipped_scenarios
from tests.running import SCENARIO
from tests.system.test_round_trip import EVERYTHING

SELECTION = """\
dynsim: 1
title: selected
variables: {x: {init: "normal(0, 1)"}}
agents: {a: {controls: x, declared: "(x - 1)**2", rule: {gradient: {rate: 0.05}}}}
selection: {truncation: {period: 5, fitness: "-(x - 1)**2", heritable: {x: "x + normal(0, 0.1)"}}}
clock: {steps: 20}
ensemble: {replicas: 8, seed: 3}
"""
COPIES: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda x: pickle.loads(pickle.dumps(x)),  # noqa: S301
    "deepcopy": copy.deepcopy,
}


def simulated(text: str = SCENARIO) -> ds.Run:
    """At module level: another process finds it by its name."""
    return ds.simulate(ds.load_scenario(text), replicas=8, compiled=False, set="record.every=2")


def assert_equal(a: ds.Run, b: ds.Run) -> None:
    for name in ("states", "summary", "ledger", "contest", "conflicts", "parameters"):
        left, right = getattr(a, name), getattr(b, name)
        assert left.equals(right), name
    assert a.answers == b.answers
    assert a.metric("gradient_conflict").equals(b.metric("gradient_conflict"))


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_of_a_run_equals_it(way: str, tmp_path: Path) -> None:
    run = simulated()
    copied = COPIES[way](run)
    assert_equal(copied, run)
    assert copied.dashboard().html == run.dashboard().html
    kept = COPIES[way](run.save(tmp_path / "run", report=False))
    assert kept.directory == tmp_path / "run"
    assert kept.states.equals(run.states)
    assert kept.summary.equals(run.summary)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_a_run_comes_back_from_another_process(method: str) -> None:
    with multiprocessing.get_context(method).Pool(1) as pool:
        sent = pool.apply(simulated)
    assert_equal(sent, simulated())


@pytest.mark.parametrize("name", ["lecun_machine", "contagion", "kuramoto", "slice_or_fuse", "prisoners_dilemma_lola"])
def test_a_copied_program_has_the_same_graph(name: str) -> None:
    """What the compiler and the analysis build from a copy is what they build from the original: new nodes meet old
    ones, and scalars, which are compared by identity, are scalars."""
    program = build(ds.load_scenario(shipped_scenarios()[name]).resolve())
    copied = COPIES["pickle"](program)
    assert copied.graph.nodes == program.graph.nodes
    size = len(program.graph)
    for agent in copied.agents:
        copied.graph.expr(agent.objective) + 0.0
        assert (agent.objective * 1.0).index == agent.objective.index
    assert len(copied.graph) == size


def test_a_copied_graph_knows_its_nan_and_its_scalars() -> None:
    graph = Graph()
    first = graph.symbol("x") + graph.constant(float("nan"))
    again = COPIES["pickle"](first)
    assert again.domain is first.domain
    assert (again.graph.symbol("x") + again.graph.constant(float("nan"))).index == first.index


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("text", [EVERYTHING, SELECTION], ids=["everything", "selection"])
def test_a_copied_system_is_the_same_scenario(text: str, way: str) -> None:
    system = ds.load_scenario(text)
    assert ds.to_yaml(COPIES[way](system)) == ds.to_yaml(system)


def test_a_system_with_expressions_of_python_is_copied() -> None:
    system = ds.System("two pulls")
    m = system.state("memory", init=ds.normal(0, 1))
    system.agent("critic", controls=m, declared=(m - 1) ** 2, rule=ds.rules.gradient(rate=0.05))
    for way in COPIES.values():
        a, b = (ds.simulate(s, steps=5, replicas=2, compiled=False).states for s in (system, way(system)))
        assert a.equals(b)
