"""Replays: the unchanged system gives the record again, bit for bit; a variant differs by what was changed alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dynsim as ds
from dynsim.analysis.reading.study import Study
from dynsim.analysis.variants import replay
from dynsim.analysis.variants.replay import Variant, at_end, replayed, silenced
from dynsim.compiler.applying.build import build
from dynsim.errors import InputError
from dynsim.record.recording import MemoryRecording, Recording
from dynsim.session.run import Run

DISCRETE = """
dynsim: 1
title: noise, an event, drawn parameters, a population
params: {goal: 1.0, k: [0.5, 2.0]}
graphs: {net: {generator: cycle_graph, n: 3}}
variables:
  x: {init: "normal(goal, 1)", noise: 0.1}
  v: {init: [0.5, 1.5], size: 2, flow: ["-0.01*v[0]", "0.01*x"]}
  y: {on: net, init: "uniform(0, 1)", noise: 0.01}
agents:
  one: {controls: x, declared: "k[0]*(x - goal)**2", rule: {momentum: {rate: 0.02, beta: 0.5}}}
  two: {controls: [x, v], declared: "(x + 1)**2 + k[1]*(v[0] - x)**2 + v[1]**2", rule: {gradient: {rate: 0.03}}}
  many: {controls: y, declared: "(y - mean_neighbors(y))**2 + 0.1*(y - x)**2", rule: {gradient: {rate: 0.1}}}
events:
  shift: {at: 20, set: {goal: 3}}
  hush: {when: "x > 1.5", silence: one}
  wake: {at: 30, restore: one}
clock: {steps: 50}
ensemble: {replicas: 5, seed: 3, vary: {"k[0]": "normal(1, 0.2)", agents.two.rule.rate: "linspace(0.01, 0.05)"}}
record: {every: 3}
"""
FIXED = DISCRETE.replace("clock: {steps: 50}", "clock: {time: 5, dt: 0.1}").replace("at: 20", "at: 2").replace(
    "at: 30", "at: 3").replace("rule: {momentum: {rate: 0.02, beta: 0.5}}", "rule: {gradient: {rate: 0.2}}")
ADAPTIVE = """
dynsim: 1
title: an adaptive method
params: {b: 1.0}
variables: {x: {init: "normal(0, 1)"}, y: {init: "normal(0, 1)"}}
agents:
  one: {controls: x, declared: "x**2/2 + b*x*y", rule: {gradient: {rate: 1}}}
  two: {controls: y, declared: "y**2/2 - b*x*y", rule: {gradient: {rate: 1}}}
clock: {time: 6, method: dopri5}
ensemble: {replicas: 5, seed: 9, vary: {b: "uniform(0.5, 3)"}}
record: {every: 0.7}
"""
SELECTION = """
dynsim: 1
title: generations
variables: {trait: {init: "normal(0, 1)"}, x: {init: "normal(0, 1)", noise: 0.1}}
agents: {only: {controls: x, declared: "(x - trait)**2", rule: {gradient: {rate: 0.1}}}}
selection:
  every: 5
  fitness: "-x**2"
  heritable: {trait: "trait + normal(0, 0.1)"}
  scheme: {softmax: {temperature: 1}}
clock: {steps: 30}
ensemble: {replicas: 6, seed: 2}
"""
SYSTEMS = {"discrete": DISCRETE, "fixed step": FIXED, "adaptive": ADAPTIVE, "generations": SELECTION}


def run_of(text: str, **options: Any) -> Run:
    return ds.simulate(ds.load_scenario(text), **options)


def assert_same(a: Recording, b: Recording) -> None:
    np.testing.assert_array_equal(a.times, b.times)
    np.testing.assert_array_equal(a.diverged_at, b.diverged_at)
    np.testing.assert_array_equal(a.diverged_slot, b.diverged_slot)
    first, second = ([*recording.blocks(1 << 30)] for recording in (a, b))
    assert len(first) == len(second) == 1
    for name, values in first[0].values.items():
        np.testing.assert_array_equal(values, second[0].values[name], err_msg=name)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("system", SYSTEMS)
def test_the_unchanged_system_gives_the_record_bit_for_bit(system: str, compiled: bool) -> None:
    study = run_of(SYSTEMS[system], compiled=compiled).requested.study
    (again,) = replayed(study, [Variant(study.program)])
    assert_same(study.recording, again)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_run_of_another_seed_is_replayed_from_its_directory(system: str, tmp_path: Path) -> None:
    scenario = tmp_path / "s.yaml"
    scenario.write_text(SYSTEMS[system])
    ds.simulate(scenario, out=tmp_path / "out", seed=77, report=False, compiled=False)
    study = ds.load(tmp_path / "out").requested.study
    (again,) = replayed(study, [Variant(study.program)])
    assert_same(study.recording, again)


@pytest.mark.parametrize(("system", "compiled"), [*((name, False) for name in SYSTEMS), ("discrete", True)])
def test_switches_that_are_on_change_no_bit(system: str, compiled: bool) -> None:
    study = run_of(SYSTEMS[system], compiled=compiled).requested.study
    names = list(study.observables.agents)
    untouched, silent, again = replayed(study, silenced(study, [[], names, []]))
    assert_same(study.recording, untouched)
    assert_same(study.recording, again)
    assert not np.array_equal(silent.chunks[0].values["x"], untouched.chunks[0].values["x"])


@pytest.mark.parametrize("compiled", [True, False])
def test_side_by_side_or_one_after_the_other(compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five replicas fill no lane block: every copy has lanes of its own, with the noise of its own replicas."""
    study = run_of(DISCRETE, compiled=compiled).requested.study
    variants = silenced(study, [[], study.observables.agents[:1], study.observables.agents[1:]])
    together = replayed(study, variants)
    monkeypatch.setattr(replay, "BYTES", 1)
    for one, other in zip(replayed(study, variants), together, strict=True):
        assert_same(one, other)


@pytest.mark.parametrize(("system", "compiled"), [*((name, False) for name in SYSTEMS), ("adaptive", True)])
def test_the_ends_are_those_of_the_whole_record(system: str, compiled: bool) -> None:
    study = run_of(SYSTEMS[system], compiled=compiled).requested.study
    (ends,) = replayed(study, [Variant(study.program)], ends=True)
    (whole,) = study.recording.blocks(1 << 30)
    np.testing.assert_array_equal(ends.times, whole.times[[0, -1]])
    for name, values in whole.values.items():
        found = np.concatenate([block.values[name] for block in ends.chunks])
        np.testing.assert_array_equal(found, values[[0, -1]], err_msg=name)


@pytest.mark.parametrize("ends", [True, False])
def test_a_run_that_was_stopped_is_replayed_to_where_it_stopped(ends: bool) -> None:
    for text in (DISCRETE, ADAPTIVE):
        study = run_of(text, compiled=False).requested.study
        assert isinstance(study.recording, MemoryRecording)
        stopped = replace(study.recording, chunks=[study.recording.chunks[0][:4]])
        (again,) = replayed(Study(study.program, stopped, study.model, False), [Variant(study.program)], ends=ends)
        expected = stopped.times[[0, 3]] if ends else stopped.times
        np.testing.assert_array_equal(again.times, expected)
        np.testing.assert_array_equal(again.chunks[-1].values["x"][-1], stopped.chunks[0].values["x"][-1])


def test_an_agent_that_never_moves_leaves_the_others_to_their_closed_form() -> None:
    """x ← x − a(x − 1) − b(x + 1): without b, x_n = 1 + (x_0 − 1)(1 − a)ⁿ."""
    rng = np.random.default_rng(4)
    a, b = rng.uniform(0.05, 0.4, 2).tolist()
    start = rng.normal(size=7)
    s = ds.System("two pulls")
    x = s.state("x", init=ds.normal(0, 1))
    s.agent("left", controls=x, declared=(x - 1) ** 2 / 2, rule=ds.rules.gradient(rate=a))
    s.agent("right", controls=x, declared=(x + 1) ** 2 / 2, rule=ds.rules.gradient(rate=b))
    study = ds.simulate(s, steps=20, replicas=7, compiled=False).requested.study
    program = build(replay.switched(study.model))
    variants = [Variant(program, {replay.switch_of("right"): 0.0}, {"x": start}), Variant(program, {}, {"x": start})]
    alone, both = (recording.chunks[0].values["x"] for recording in replayed(study, variants))
    n = np.arange(21)[:, None]
    np.testing.assert_allclose(alone, 1 + (start - 1) * (1 - a) ** n, rtol=1e-12)
    rest = (a - b) / (a + b)
    np.testing.assert_allclose(both, rest + (start - rest) * (1 - a - b) ** n, rtol=1e-12, atol=1e-14)


def test_a_silent_agent_stays_silent_when_an_event_restores_it() -> None:
    """x has but the moves of `one` and `two`, and its noise: without both it is a random walk to the end."""
    study = run_of(DISCRETE, compiled=False).requested.study
    two, all_three = replayed(study, silenced(study, [["one", "two"], ["one", "two", "many"]]))
    np.testing.assert_array_equal(two.chunks[0].values["x"], all_three.chunks[0].values["x"])
    assert two.chunks[0].values["agents.one.active"][-1].all(), "restored at 30"


def test_common_noise_is_what_is_left_when_nobody_moves() -> None:
    """x_n − x_0 of a silent system is the sum of its noise, which every variant meets."""
    study = run_of(DISCRETE, compiled=False).requested.study
    agents = list(study.observables.agents)
    shifted, plain = replayed(study, [
        replace(variant, initial={"x": value}) for variant, value in zip(
            silenced(study, [agents, agents]), (np.arange(5.0), 0.0), strict=True)
    ])
    difference = shifted.chunks[0].values["x"] - plain.chunks[0].values["x"]
    np.testing.assert_allclose(difference, np.broadcast_to(np.arange(5.0), difference.shape), atol=1e-13)


def test_initial_values_follow_a_shifted_parameter() -> None:
    study = run_of(DISCRETE, compiled=False).requested.study
    (shifted,) = replayed(study, [Variant(study.program, {"goal": 1.25})])
    first = study.recording.blocks(1 << 30).__next__().values["x"][0]
    np.testing.assert_allclose(shifted.chunks[0].values["x"][0] - first, 0.25, atol=1e-14)


def test_values_at_the_end_are_those_of_the_last_tick_and_none_where_a_replica_diverged() -> None:
    study = run_of(DISCRETE, compiled=False).requested.study
    (whole,) = study.recording.blocks(1 << 30)
    (recording,) = replayed(study, [Variant(study.program)], ends=True)
    slots = {slot.name: study.observables.symbol(slot) for slot in study.observables.slots}
    x, y, constant = at_end(study.program, recording, [slots["x"], slots["y"], study.program.graph.constant(2.0)])
    np.testing.assert_array_equal(x, whole.values["x"][-1])
    np.testing.assert_array_equal(y, whole.values["y"][-1])
    np.testing.assert_array_equal(constant, np.full(5, 2.0))
    start = np.where(np.arange(5) == 3, np.inf, 0.0)
    (lost,) = replayed(study, [Variant(study.program, initial={"x": start})], ends=True)
    assert [*np.isnan(at_end(study.program, lost, [slots["v[0]"]])[0])] == [False, False, False, True, False]


def test_a_replay_needs_a_model() -> None:
    study = run_of(ADAPTIVE, compiled=False).requested.study
    with pytest.raises(InputError, match="needs the model"):
        replayed(Study(study.program, study.recording), [Variant(study.program)])
