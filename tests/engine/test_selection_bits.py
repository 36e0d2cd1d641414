"""What selection makes of a run depends, in every bit, on the seed and the population alone: not on threads, lanes,
chunks, cadence, stops, or on how many populations there are."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
import pytest

from dynsim.engine.plan import Checkpoint, Chunk, Plan
from dynsim.engine.simulate import run
from tests.selection.populations import History, history, joined, prepared, same, same_bits

LEARNERS = """\
dynsim: 1
title: learners with noise, heritable rates, and a memory; some run away; things happen on the way
params: {goal: 1.0, drive: 0.5}
variables:
  x: {init: "normal(0, 1.5)", noise: 0.05}
agents:
  one: {controls: x, declared: "(x - goal)**4/4 + drive*tanh(x)", rule: {momentum: {rate: 0.3, beta: 0.5}}}
events:
  shift: {at: 11, set: {goal: 2}}
  high: {when: "x > 1.5", set: {x: x - 1}}
  nap: {at: 60, silence: one}
  wake: {at: 67, restore: one}
selection:
  fitness: -(x - goal)**2 - 0.1*(D - drive)**2
  every: 8
  scheme: {softmax: {temperature: 0.3}}
  heritable:
    agents.one.rule.rate: agents.one.rule.rate*lognormal(0, 0.9)
    drive: drive + normal(0, 0.2)*uniform(0, 1)
  populations: 3
  means: {D: drive, V: (drive - D)**2}
clock: {steps: 153}
ensemble: {replicas: 21, seed: 8, vary: {drive: "normal(0.5, 1)", agents.one.rule.rate: "uniform(0.1, 2)"}}
"""

FLOWS = """\
dynsim: 1
title: groups on a noisy continuous clock; a population, a point of a simplex and an angle are inherited
params: {cost: 0.1}
graphs: {net: {generator: watts_strogatz_graph, n: 6, k: 2, p: 0.3, seed: 1}}
variables:
  s: {size: 3, init: simplex(), space: simplex}
  u: {on: net, init: "normal(0, 1)", space: circle, flow: "0.1*sum_neighbors(sin(neighbor(u) - u))", noise: 0.1}
  w: {init: 0.3, flow: "w*(1 - w)", noise: 0.05*w}
agents: {one: {controls: s, declared: "dot(s, [1, 2, 3])", rule: {replicator: {rate: 0.1}}}}
selection:
  fitness: exp(s[2] + mean(cos(u)) - cost*w)
  over: sum
  every: 0.25
  scheme: moran
  heritable: {s: "s + normal(0, 0.1)", u: "u + normal(0, 0.3)", cost: "cost*choice(0.8, 1, 1.25)"}
  populations: 3
  groups: {count: 4, scheme: {truncation: {share: 0.5}}, fitness: "w + s[0]", every: 2, migration: 0.2}
  means: {W: w}
clock: {time: 4, dt: 0.05, method: euler_maruyama}
ensemble: {replicas: 36, seed: 2}
"""

TRAINING = """\
dynsim: 1
title: population based training by the value at the end of a lifetime, Runge-Kutta
params: {k: 1.0}
variables: {x: {init: "normal(0, 1)", flow: "k*x - x**3"}}
agents: {one: {controls: x, declared: "x**2/2", rule: {gradient: {rate: 0.1}}}}
selection:
  fitness: x**2 + 0.01*t
  over: end
  every: 0.5
  scheme: {population_based_training: {share: 0.3}}
  heritable: {x: null, k: "k*choice(0.8, 1.2)"}
  populations: 3
clock: {time: 10, dt: 0.1}
ensemble: {replicas: 21, seed: 5}
"""

CASES = {"learners": LEARNERS, "flows": FLOWS, "training": TRAINING}
compiled_or_not = pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "interpreted"])


@cache
def plain(name: str, compiled: bool = True) -> History:
    """The run that nothing disturbs."""
    return history(*prepared(CASES[name]), compiled=compiled)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "options",
    [{"threads": 3, "chunk_bytes": 1}, {"lanes": 2, "threads": 2, "chunk_bytes": 9_000}, {"lanes": 64, "threads": 1}],
    ids=lambda o: ", ".join(f"{k}={v}" for k, v in o.items()),
)  # fmt: skip
def test_threads_lanes_and_chunks_change_no_bit(name: str, options: dict[str, Any]) -> None:
    assert same(history(*prepared(CASES[name]), **options), plain(name))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("every", [3, 7, 1000])
@compiled_or_not
def test_how_often_is_recorded_changes_no_bit(name: str, every: int, compiled: bool) -> None:
    program, plan = prepared(CASES[name])
    sparse = history(program, Plan(plan.replicas, plan.seed, plan.parameters, plan.initial, every), compiled=compiled)
    full = plain(name, compiled)
    last = len(full.record["t"]) - 1
    ticks = np.unique(np.minimum(np.arange(len(sparse.record["t"])) * every, last))
    assert all(same_bits(x, full.record[s][ticks]) for s, x in sparse.record.items())
    assert all(same_bits(x, full.births[s]) for s, x in sparse.births.items())


@pytest.mark.parametrize("name", CASES)
@compiled_or_not
def test_a_population_is_the_same_alone_as_among_others(name: str, compiled: bool) -> None:
    full = plain(name, compiled)
    size = full.births["parent"].shape[1] // 3
    for populations in (1, 2):
        part = populations * size
        alone = history(
            *prepared(CASES[name], selection__populations=populations, ensemble__replicas=part), compiled=compiled
        )
        assert all(same_bits(x, full.record[s][..., :part] if s != "t" else full.record[s])
                   for s, x in alone.record.items())
        assert all(same_bits(x, full.births[s][..., :part] if s != "t" else full.births[s])
                   for s, x in alone.births.items())


@pytest.mark.parametrize("name", CASES)
@compiled_or_not
def test_stopped_and_resumed_it_goes_on_to_the_same_bits(name: str, compiled: bool) -> None:
    """Stopped at arbitrary moments, every time gone on from a checkpoint that was written and read."""
    program, plan = prepared(CASES[name])
    rng = np.random.default_rng(4)
    chunks: list[Chunk] = []
    start: Checkpoint | None = None
    stops = 0
    while True:
        left = iter(range(int(rng.integers(2, 12))))
        outcome = run(
            program, plan, chunks.append, start=start, compiled=compiled, chunk_bytes=8 * plan.replicas * 40,
            stop=lambda left=left: next(left, None) is None,
        )
        if outcome.finished:
            break
        stops += 1
        start = _written_and_read(chunks[-1].checkpoint) if chunks else None
    assert stops > 1
    assert same(joined(chunks, outcome), plain(name, compiled))


def _written_and_read(checkpoint: Checkpoint) -> Checkpoint:
    file = io.BytesIO()
    np.savez(file, **checkpoint.arrays)
    file.seek(0)
    with np.load(file) as arrays:
        return Checkpoint(checkpoint.records, checkpoint.tick, dict(arrays))


@pytest.mark.parametrize("name", CASES)
def test_the_interpreter_agrees(name: str) -> None:
    """To the rounding of exp and its kind, which decides over nobody's parents here."""
    kernel, oracle = plain(name), plain(name, False)
    for slot, x in kernel.record.items():
        assert np.allclose(oracle.record[slot], x, rtol=1e-7, atol=1e-9, equal_nan=True), slot
    for column in ("parent", "born"):
        np.testing.assert_array_equal(oracle.births[column], kernel.births[column])
    np.testing.assert_allclose(oracle.births["fitness"], kernel.births["fitness"], rtol=1e-7, atol=1e-9)


def test_these_cases_have_what_they_are_for() -> None:
    """Births, survivors, systems that left the finite numbers and were replaced, events, moves between groups."""
    learners, flows, training = (plain(name) for name in CASES)
    assert np.isneginf(learners.births["fitness"][1:]).any()
    assert np.isnan(learners.record["x"]).any()
    assert learners.record["events.high.fired"][-1].any()
    assert {0.0, 1.0} == set(np.unique(learners.record["agents.one.active"])[:2])
    own = np.arange(36)
    groups = flows.births["parent"][1:] // 3
    assert (groups != own // 3).any()
    assert (groups // 4 == own // 12).all()
    assert 0.2 < training.births["born"][1:].mean() < 0.4
