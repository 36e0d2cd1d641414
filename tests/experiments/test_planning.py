"""What a dry run tells of experiments whose size is known, and of those of which only bounds are."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynsim.experiments import measuring
from dynsim.experiments.measuring import Measured, Pace, Program, measured
from dynsim.experiments.planning import planned
from dynsim.experiments.work.units import Structure, Task

from .small import small

UNTIL = {"of": "memory", "se": 0.1, "most": 200}


def told(tmp_path: Path, **changes: object) -> list[str]:
    lines = planned(small(**changes), tmp_path / "there").splitlines()
    assert not (tmp_path / "there").exists()
    return [line.strip() for line in lines[1:]]


def test_until_has_two_ends(tmp_path: Path) -> None:
    cells, programs, replicas, disk, time = told(tmp_path, replicas=32, until=UNTIL)
    assert (cells, programs) == ("12 cells: design grid over 2 axes, 2 variants", "4 programs to compile")
    assert replicas == "384 to 2,400 replicas: 32 to 200 in each cell"
    assert disk == f"less than 1 MB in {tmp_path / 'there'}"
    assert " of simulation on the " in time


def test_a_search_may_use_its_budget(tmp_path: Path) -> None:
    lines = told(tmp_path, vary={"kappa": [0, 1]}, design={"boundary": {"of": "memory", "budget": 640}})
    assert lines[0] == "at least 4 cells: design boundary over 1 axis, 2 variants"
    assert lines[2] == "at most 1,280 replicas: what design boundary may use"


def test_a_search_without_a_bound_tells_where_it_begins(tmp_path: Path) -> None:
    design = {"boundary": {"of": "memory", "start": 2}}
    lines = told(tmp_path, vary={"kappa": [0, 1], "sigma": [0, 1]}, design=design)
    assert lines[2] == "at least 108 replicas: 6 in each cell"
    assert lines[3].startswith("to begin with, less than 1 MB")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """The tasks that are run."""
    seen: list[Task] = []
    monkeypatch.setattr(measuring, "compute", lambda task, real=measuring.compute: seen.append(task) or real(task))
    return seen


def test_only_some_programs_are_measured_with_few_replicas(run: list[Task]) -> None:
    experiment = small()
    found = measured(experiment, experiment.cells(), seconds=0.0)
    assert (len(found.programs), len(found.paces)) == (4, 1)
    assert sum(program.replicas for program in found.programs.values()) == 72
    assert all(sum(unit.count for unit in task.units) <= 18 for task in run)


def test_clocks_are_shortened_with_phases_and_record(run: list[Task]) -> None:
    late = {"set": {"phases": {"one": 0, "two": 39}, "record.every": 40, "clock.steps": 80}}
    experiment = small(vary={"kappa": [0.1]}, variants={"late": late})
    found = measured(experiment, experiment.cells())
    (program,) = found.programs.values()
    first = run[0].structure
    assert "steps: 5" in first.text
    assert "two: 2" in first.text
    assert not measuring._failed(measuring.compute(run[0]))
    assert "steps: 80" in program.task.structure.text


def test_a_clock_that_cannot_be_shorter_is_run_whole(run: list[Task], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "_divided", lambda end: 0)  # no clock ends at 0
    experiment = small(vary={"kappa": [0.1]}, variants={"as_is": {}})
    found = measured(experiment, experiment.cells())
    assert {task.structure.key for task in run[2:]} == set(found.programs)


def test_the_estimate_is_a_sum_over_programs() -> None:
    task = Task(Structure("", {}, 0, "", 1), (), 0, (), 1)
    programs = {"a": Program(task, tasks=4, replicas=1000), "b": Program(task, tasks=2, replicas=500)}
    paces = {"a": Pace(prepare=5.0, build=1.0, task=0.5, replica=0.01)}
    one = 1.0 + (4 * 0.5 + 1000 * 0.01) / 2
    other = 5.0 + (2 * 0.5 + 500 * 0.01) / 2  # as fast as the one that was measured, and not yet compiled
    assert Measured(programs, paces, cores=2).estimate() == pytest.approx(one + other)
    assert Measured(programs, paces, cores=2).estimate(3) == pytest.approx(3 * (one + other) - 2 * 6.0)
