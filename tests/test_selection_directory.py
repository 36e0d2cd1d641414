"""The genealogy in a run directory: the same as in memory, and the same bytes however the run was cut and resumed."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pandas as pd
import pytest

import dynsim as ds
from tests.running import in_a_process_killed_at, record_bytes, small_parts, write_scenario

SCENARIO = """\
dynsim: 1
title: generations of learners, recorded rarely
params: {goal: 1.0}
variables: {x: {init: "normal(0, 1)", noise: 0.1}}
agents: {one: {controls: x, declared: "(x - goal)**2", rule: {momentum: {rate: 0.05, beta: 0.5}}}}
events: {shift: {at: 20, set: {goal: 3}}}
selection:
  fitness: -(x - goal)**2
  every: 3
  scheme: {population_based_training: {}}
  heritable: {x: null, agents.one.rule.rate: "agents.one.rule.rate*lognormal(0, 0.2)"}
  populations: 2
  groups: {count: 2, scheme: moran, fitness: exp(-x**2), migration: 0.1}
clock: {steps: 100}
ensemble: {replicas: 24, seed: 6}
record: {every: RECORD}
"""


def scenario(folder: Path, record: int = 4) -> Path:
    return write_scenario(folder, SCENARIO.replace("RECORD", str(record)))


def run_small(path: Path, out: Path, **settings: object) -> ds.Run:
    """The run in small parts."""
    with small_parts(2_000):
        return ds.simulate(path, out=out, compiled=False, report=False, **settings)


@pytest.fixture(scope="module", params=[1, 4, 7], ids=lambda record: f"recorded every {record}")
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ds.Run:
    folder = tmp_path_factory.mktemp("whole")
    return ds.simulate(scenario(folder, request.param), out=folder / "run", compiled=False, report=False)


def again(whole: ds.Run, folder: Path) -> Path:
    """The scenario of that run in another folder."""
    return write_scenario(folder, whole.sources.scenario)


def test_the_genealogy_is_the_same_in_memory_saved_and_read(whole: ds.Run, tmp_path: Path) -> None:
    memory = ds.simulate(again(whole, tmp_path), compiled=False)
    for run in (whole, ds.load(whole.directory), memory.save(tmp_path / "saved", report=False)):
        pd.testing.assert_frame_equal(run.generations, memory.generations)
    table = memory.generations
    assert list(table) == ["replica", "t", "parent", "born", "fitness", "x", "agents.one.rule.rate"]
    assert table.t.unique().tolist() == [3.0 * k for k in range(34)]
    assert (table.parent[table.t == 0] == -1).all()
    assert record_bytes(tmp_path / "saved") == record_bytes(whole.directory)


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_run_resumes_to_the_same_genealogy(seed: int, whole: ds.Run, tmp_path: Path) -> None:
    path, out = again(whole, tmp_path), tmp_path / "run"
    in_a_process_killed_at(random.Random(seed).randrange(8, 60), lambda: run_small(path, out))
    run_small(path, out, resume=True)
    assert record_bytes(out) == record_bytes(whole.directory)


def test_a_stopped_run_has_the_generations_until_then(
    whole: ds.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dynsim.engine import simulate

    monkeypatch.setattr(simulate, "FIRST_CALL", 2)
    monkeypatch.setattr(simulate, "CALL_SECONDS", 0.0)
    pressed: list[float] = []

    def press(what: str, share: float) -> None:
        if what == "simulating" and share >= 0.4 and not pressed:
            pressed.append(share)
            os.kill(os.getpid(), signal.SIGINT)

    path, out = again(whole, tmp_path), tmp_path / "run"
    with pytest.raises(ds.Interrupted):
        run_small(path, out, progress=press)
    part = ds.load(out)
    end = part.generations.t.max()
    assert 20 < part.manifest.time < 60
    assert part.manifest.time - 7 <= end <= part.manifest.time + 7
    pd.testing.assert_frame_equal(part.generations, whole.generations[whole.generations.t <= end])
    run_small(path, out, resume=True)
    assert record_bytes(out) == record_bytes(whole.directory)


def test_without_selection_there_are_no_generations() -> None:
    with pytest.raises(ds.InputError, match="no selection"):
        _ = ds.simulate("two_pulls", replicas=2, steps=10, every=5, compiled=False).generations
