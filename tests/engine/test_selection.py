"""The end of a generation: what a child has from its parent, what is new in it, and what stays with the place."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from scipy.stats import kstest

from dynsim.compiler.program import Program
from dynsim.engine.plan import Chunk, Plan
from dynsim.engine.simulate import run
from tests.selection.populations import Array, History, history, prepared

compiled_or_not = pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "interpreted"])

EVERYTHING = """\
dynsim: 1
title: everything that can be inherited, as it is
params: {a: 1.0, q: [1, 2]}
graphs: {net: {generator: path_graph, n: 4}}
variables:
  x: {init: "normal(0, 1)", noise: 0.1}
  y: {init: "normal(a, 0.1)", noise: 0.1}
  v: {size: 2, init: ["normal(0, 1)", "normal(0, 1)"], noise: 0.1}
  u: {on: net, init: "normal(0, 1)", noise: 0.1}
  n: {on: net, init: "normal(a, 0.1)", noise: 0.1}
agents: {one: {controls: y, declared: "(y - 9)**2/2", rule: {momentum: {rate: 0.1, beta: 0.5}}}}
selection:
  fitness: x
  every: 4
  scheme: {population_based_training: {share: 0.4}}
  heritable: [x, "v[1]", u, a, "q[0]", agents.one.rule.rate]
clock: {steps: 21}
ensemble:
  replicas: 20
  seed: 3
  vary: {a: "normal(5, 1)", "q[0]": "linspace(0, 1)", "q[1]": "linspace(0, 1)", agents.one.rule.rate: "uniform(0, 1)"}
"""


def births(found: History) -> Iterator[tuple[int, Array, Array]]:
    """Every generation but the first: its tick, the parents, and who was born."""
    for k, t in enumerate(found.births["t"][1:], start=1):
        yield round(t), found.births["parent"][k], found.births["born"][k]


def beginnings(program: Program, plan: Plan) -> dict[int, dict[str, Array]]:
    """The state after every tick, by tick: where a generation ended, that with which the next one begins."""
    chunks: list[Chunk] = []
    run(program, plan, chunks.append, compiled=False, chunk_bytes=1)
    names = [slot.name for slot in program.states]
    return {c.checkpoint.tick: {s: c.checkpoint.arrays[f"y:{s}"] for s in names} for c in chunks}


def test_a_child_has_what_is_heritable_from_its_parents_last_moment_and_the_rest_is_new() -> None:
    program, plan = prepared(EVERYTHING)
    found, began = history(program, plan, compiled=False), beginnings(program, plan)
    drawn = []
    for tick, parent, born in births(found):
        after, before = began[tick], {s: x[tick] for s, x in found.record.items() if s != "t"}
        assert 0 < born.sum() < 20
        for slot, x in after.items():
            np.testing.assert_array_equal(x[..., ~born], before[slot][..., ~born] if "fitness" not in slot else 0)
        for slot in ("x", "v[1]", "u", "a", "q[0]", "agents.one.rule.rate"):
            np.testing.assert_array_equal(after[slot][..., born], before[slot][..., parent[born]])
        assert (after["one.v"][born] == 0).all()
        assert (after["selection.fitness"] == 0).all()
        for slot in ("y", "n"):  # drawn anew, around the inherited a
            z = (after[slot][..., born] - after["a"][born]) / 0.1
            drawn.append(np.ravel(z))
        assert not np.isin(after["v[0]"][born], before["v[0]"]).any()
    assert kstest(np.concatenate(drawn), "norm").pvalue > 1e-3
    assert len(np.unique(np.concatenate(drawn))) == sum(map(len, drawn))
    assert "q[1]" not in found.record, "what nobody inherits is a parameter like any other"


@compiled_or_not
def test_an_inherited_rate_is_the_rate_at_which_a_child_learns(compiled: bool) -> None:
    found = history(*prepared(EVERYTHING.replace("noise: 0.1", "noise: 0")), compiled=compiled)
    y, v, rate = (found.record[s] for s in ("y", "one.v", "agents.one.rule.rate"))
    for tick, parent, born in births(found):
        np.testing.assert_array_equal(rate[tick + 1][born], rate[tick][parent[born]])
        start = y[tick + 1] - v[tick + 1]
        np.testing.assert_allclose(v[tick + 1][born], (-rate[tick + 1] * (start - 9))[born])  # from rest
        np.testing.assert_allclose(start[~born], y[tick][~born])
        np.testing.assert_allclose(v[tick + 1][~born], (0.5 * v[tick] - rate[tick] * (y[tick] - 9))[~born])


MUTANTS = """\
dynsim: 1
title: two draws in one mutation, one in another
params: {a: 0.0, b: 0.0, width: 0.5}
graphs: {net: {generator: path_graph, n: 2}}
variables:
  x: {init: 0}
  v: {size: 2}
  u: {on: net}
agents: {one: {controls: x, declared: x**2, rule: {gradient: {rate: 0.1}}}}
selection:
  fitness: "1"
  every: 1
  scheme: {softmax: {temperature: 1}}
  heritable:
    a: a + normal(0, width) + 100*normal(0, 1)
    b: b + normal(3, 2)
    v: v + normal(0, 1)
    u: u + normal(0, 1)
  populations: 100
clock: {steps: 41}
ensemble: {replicas: 500, seed: 5}
"""


def test_every_draw_of_every_mutation_is_independent_of_all_others() -> None:
    """a' = a + 0.5 z₁ + 100 z₂: the sum has the variance of independent terms, and nothing is correlated between draws,
    variables, components, nodes, places, generations."""
    program, plan = prepared(MUTANTS)
    found = history(program, plan, compiled=False)
    parents = found.births["parent"][1:]

    def steps(slot: str) -> Array:
        values = found.births[slot]
        return values[1:] - np.take_along_axis(values[:-1], parents, axis=1)

    a, b = steps("a") / np.sqrt(0.25 + 1e4), (steps("b") - 3) / 2
    v = [steps("v[0]"), steps("v[1]")]
    u = found.record["u"][1:]
    nodes = [u[1:, k] - np.take_along_axis(u[:-1, k], parents, axis=1) for k in (0, 1)]
    for z in (a, b, *v, *nodes):
        assert kstest(np.ravel(z), "norm").pvalue > 1e-4
    pairs = [(a, b), (v[0], v[1]), (nodes[0], nodes[1]), (a, v[0]), (a[:-1], a[1:]), (a[:, :-1], a[:, 1:]),
             (a[:, ::2], a[:, 1::2]), (v[0][:-1], v[0][1:]), (nodes[0][:-1], nodes[0][1:]), (b, nodes[0])]
    for one, other in pairs:
        assert abs((one * other).mean()) < 4 / np.sqrt(one.size)


def test_two_draws_in_one_expression_are_two() -> None:
    """z₁ − z₂ of the same distribution is no 0; min(u₁, u₂) has the mean 1/3."""
    text = MUTANTS.replace("a + normal(0, width) + 100*normal(0, 1)", "normal(0, 1) - normal(0, 1)")
    text = text.replace("b + normal(3, 2)", "min(uniform(0, 1), uniform(0, 1))")
    found = history(*prepared(text), compiled=False).births
    assert abs(found["a"][1:].var() - 2) < 4 * 2 * np.sqrt(2 / found["a"][1:].size)
    assert abs(found["b"][1:].mean() - 1 / 3) < 4 * np.sqrt(1 / 18 / found["b"][1:].size)


SPACES = """\
dynsim: 1
title: values that mutation takes out of their space
variables:
  x: {init: 0.5, space: [0, 1]}
  s: {size: 3, init: simplex(), space: simplex}
  c: {init: 3, space: circle}
  r: {init: 0}
agents: {one: {controls: x, declared: "0*x", rule: {gradient: {rate: 0.1}}}}
selection:
  fitness: "1"
  every: 1
  scheme: moran
  heritable: {x: "x + normal(0, 1)", s: "s + normal(0, 0.5)", c: "c + normal(0, 2)", r: "r + normal(0, 1)"}
clock: {steps: 300}
ensemble: {replicas: 3, seed: 1}
"""


def test_mutated_values_are_brought_back_to_their_space() -> None:
    found = history(*prepared(SPACES), compiled=False).births
    x, c, r = found["x"], found["c"], found["r"]
    assert (x.min(), x.max()) == (0, 1)
    s = np.stack([found[f"s[{k}]"] for k in range(3)])
    assert s.min() == 0
    np.testing.assert_allclose(s.sum(axis=0), 1, atol=1e-12)
    assert -np.pi <= c.min() < -2
    assert 2 < c.max() < np.pi
    assert np.abs(r).max() > 4


FATAL = """\
dynsim: 1
title: who has a large gene runs away
params: {gene: 1.0}
variables: {x: {init: 1, flow: "gene*x**3"}, y: {init: 2}}
agents: {one: {controls: y, declared: y**2/2, rule: {gradient: {rate: 0.1}}}}
selection:
  fitness: gene
  every: 12
  scheme: {truncation: {share: 0.5}}
  heritable: {gene: "gene*choice(0.5, 1)"}
  means: {G: gene}
clock: {steps: 60}
ensemble: {replicas: 8, seed: 2, vary: {gene: [0.001, 0.01, 3, 5, 0.02, 0.03, 4, 9]}}
"""


@compiled_or_not
def test_who_runs_away_has_no_children_and_its_place_comes_alive_again(compiled: bool) -> None:
    """Although the gene that makes them run away is what is selected for."""
    found = history(*prepared(FATAL), compiled=compiled)
    fatal = np.array([2, 3, 6, 7])
    assert np.isnan(found.record["x"][12][fatal]).all()
    assert (np.isneginf(found.births["fitness"][1]) == np.isin(np.arange(8), fatal)).all()
    assert not np.isin(found.births["parent"][1], fatal).any()
    assert np.isfinite(found.record["x"][13]).all()
    assert np.isfinite(found.record["y"][13:24]).all()
    assert (found.births["gene"][1] <= 0.03).all()
    assert np.isnan(found.outcome.diverged_at).all()
    assert (found.outcome.diverged_slot == -1).all()
    for k, t in enumerate(found.births["t"]):
        expected = found.births["gene"][k].mean()
        np.testing.assert_allclose(found.record["G"][int(t) + 1], expected)


@compiled_or_not
def test_who_runs_away_and_is_not_replaced_counts_in_no_mean(compiled: bool) -> None:
    """A Moran step replaces one of the four that ran away at most."""
    found = history(*prepared(FATAL.replace("{truncation: {share: 0.5}}", "moran")), compiled=compiled)
    dead = np.isnan(found.record["x"][13])
    assert dead.sum() in (3, 4)
    np.testing.assert_allclose(found.record["G"][13][~dead], found.births["gene"][1][~dead].mean())


PLACES = """\
dynsim: 1
title: what happens to a place stays with it
params: {goal: 0.0, gene: 0.0}
variables: {x: {init: 0}}
agents:
  one: {controls: x, declared: "(x - goal)**2/2", rule: {gradient: {rate: 0.5}}}
  two: {controls: x, declared: "(x + goal)**2/2", rule: {gradient: {rate: 0.1}}}
events: {high: {when: "gene > 0.5 and t > 3", set: {goal: gene}, silence: two}}
selection:
  fitness: -gene
  every: 10
  scheme: {truncation: {share: 0.5}}
  heritable: [gene]
clock: {steps: 35}
ensemble: {replicas: 6, seed: 2, vary: {gene: "linspace(0, 1)"}}
"""


@compiled_or_not
def test_switches_and_what_events_set_stay_with_the_place(compiled: bool) -> None:
    """The genes that made it happen are gone after the first generation."""
    found = history(*prepared(PLACES), compiled=compiled)
    happened = np.linspace(0, 1, 6) > 0.5
    assert (found.births["gene"][1] < 0.5).all()
    last = {slot: x[-1] for slot, x in found.record.items()}
    np.testing.assert_array_equal(last["events.high.fired"], happened)
    np.testing.assert_array_equal(last["agents.two.active"], ~happened)
    np.testing.assert_array_equal(last["goal"], np.where(happened, np.linspace(0, 1, 6), 0))
    assert (last["x"][happened] > 0.2).all()
