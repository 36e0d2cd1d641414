"""What is collected reads no more of a record than it needs, and gives what the whole record gives."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import dynsim as ds
from dynsim.answers.wording.wilson import intervals, wilson
from dynsim.experiments.computing import computing
from dynsim.experiments.executors.base import place_of
from dynsim.experiments.standing import Standing
from dynsim.experiments.state import stated_experiment
from dynsim.experiments.storing.row_groups import written
from dynsim.experiments.storing.tables import replicas_table
from dynsim.experiments.work import tasks
from dynsim.experiments.work.compute import compute
from dynsim.experiments.work.ends import Ends
from dynsim.experiments.work.programs import Placed, Programs
from dynsim.experiments.work.tasks import Dealer
from dynsim.experiments.work.units import Task
from tests.work import at_most

from .small import SCENARIO, small

LEAVING = """\
dynsim: 1
title: what is not always defined
params: {speed: 1.0}
variables:
  x: {init: "normal(0, 1)"}
  y: {init: 0.5}
agents:
  a: {controls: x, declared: "x**2/2 - speed*x**4", rule: {gradient: {rate: 0.1}}}
  b: {controls: y, declared: "log(y)", rule: {gradient: {rate: 0.02}}}
clock: {steps: 60}
ensemble: {replicas: 12, seed: 1}
"""


def test_ends_are_those_of_the_whole_record() -> None:
    """Some replicas diverge, and an objective is not defined from some step on."""
    run = ds.simulate(ds.load_scenario(LEAVING), compiled=False)
    ends, summary = Ends.read(run.study, run.study.observables.objectives), run.summary
    diverged = np.isfinite(summary["diverged_at"])
    assert diverged.any()
    assert not diverged.all()
    assert np.isfinite(summary["undefined_from.b"][~diverged]).all()
    for agent, expr in zip(run.study.agents, run.study.observables.objectives, strict=True):
        np.testing.assert_array_equal(ends.last[expr], summary[f"objective.{agent}"])
        np.testing.assert_array_equal(ends.first[expr], summary[f"first_objective.{agent}"])


def test_the_work_of_a_task_does_not_grow_with_its_replicas() -> None:
    """Calls of functions for tasks of 20 and of 500 replicas that noise moves, whose verdicts need all tests."""
    limit = 15_000
    for replicas in (20, 500):
        task = _only_task(replicas)
        compute(task)  # compiles
        with at_most(limit):
            compute(task)


def _only_task(replicas: int) -> Task:
    system = ds.load_scenario(SCENARIO.replace("steps: 40", "steps: 400"))
    experiment = stated_experiment(system, vary={"kappa": [0.3]}, replicas=replicas, collect=["final"])
    dealer = Dealer(experiment, True, {})
    (placed,) = Programs(experiment).placed(experiment.cells())
    (task,) = dealer.tasks(_Empty(), [(placed, dealer.numbered(placed, ((0, replicas),)))], 1, 1)  # type: ignore[arg-type]
    return task


class _Empty:
    """A store without results."""

    def missing(self, content: str, ranges: Any, size: int) -> Iterator[tuple[int, int]]:
        for start, end in ranges:
            yield start, end - start


def test_the_first_task_is_there_before_the_last_cell_is_placed() -> None:
    experiment = small(variants={"as_is": {}}, vary={"kappa": np.linspace(0, 1, 50).tolist()})
    dealer, dealt = Dealer(experiment, True, {}), []

    def cells() -> Iterator[tuple[Placed, Any]]:
        for placed in Programs(experiment).placed(experiment.cells()):
            dealt.append(placed.cell)
            yield placed, dealer.numbered(placed, ((0, 6),))

    found = dealer.tasks(_Empty(), cells(), 50, 1)  # type: ignore[arg-type]
    first = next(found)
    assert [unit.cell for unit in first.units] == [cell.number for cell in dealt]
    assert len(dealt) < 50
    rest = [unit.cell for task in found for unit in task.units]
    assert [*(unit.cell for unit in first.units), *rest] == list(range(50))


def test_cells_of_one_content_are_computed_once_and_all_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ninety cells of thirty contents: some are dealt when their content is already there."""
    experiment = small(variants={"as_is": {}}, vary={"kappa": np.linspace(0, 1, 30).tolist()})
    cells = [replace(cell, number=30 * again + cell.number) for again in range(3) for cell in experiment.cells()]
    monkeypatch.setattr(tasks, "UNITS", 1)
    told: list[str] = []
    place = place_of("threads")

    def tell(standing: Standing) -> None:
        told.append(str(standing))

    with computing(experiment, tmp_path / "e", place, False, tell, True) as running:
        numbered = running.compute(cells)
        rows = [replicas_table(running.store, one).drop_columns("cell") for one in numbered]
        units = sum(map(len, running.store.units.values()))
    assert units == 30
    assert told[-1].startswith("90 of 90 cells")
    assert rows[:30] == rows[30:60] == rows[60:]


def test_the_collector_is_as_before_after_an_experiment(tmp_path: Path) -> None:
    before = gc.get_threshold()
    with computing(small(), tmp_path / "e", place_of("threads"), False, None, True):
        assert gc.get_threshold()[:2] == before[:2]
        assert gc.get_threshold()[2] > before[2]
    assert gc.get_threshold() == before


def test_intervals_are_those_of_single_shares() -> None:
    hits, trials = np.array([0, 3, 7, 7, 0]), np.array([7, 7, 7, 9, 0])
    low, high = intervals(hits, trials)
    for k in range(4):
        assert (low[k], high[k]) == wilson(int(hits[k]), int(trials[k]))
    assert (low[0], high[2]) == (0.0, 1.0)
    assert np.isnan([low[4], high[4]]).all()


@pytest.mark.parametrize("parts", [[70_000, 70_000], [1] * 9, [140_000], [65_536, 5], [65_536]])
def test_row_groups_do_not_depend_on_parts(parts: list[int], tmp_path: Path) -> None:
    schema = pa.schema([("n", pa.int64())])
    with ThreadPoolExecutor(1) as packing, written(tmp_path / "a", schema, packing) as table:
        start = 0
        for size in parts:
            table.add(pa.table({"n": np.arange(start, start + size)}, schema))
            start += size
    found = pq.ParquetFile(tmp_path / "a")
    sizes = [found.metadata.row_group(k).num_rows for k in range(found.num_row_groups)]
    assert sizes == [65_536] * (start // 65_536) + ([start % 65_536] if start % 65_536 else [])
    np.testing.assert_array_equal(found.read().column("n"), np.arange(start))


def test_a_table_that_is_not_finished_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        _half_a_table(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def _half_a_table(path: Path) -> None:
    schema = pa.schema([("n", pa.int64())])
    with ThreadPoolExecutor(1) as packing, written(path, schema, packing) as table:
        table.add(pa.table({"n": np.arange(70_000)}, schema))
        raise ZeroDivisionError
