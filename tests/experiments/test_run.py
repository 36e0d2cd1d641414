"""An experiment as a whole: rows are those of runs, failures are rows, and nothing depends on how it was computed."""

from __future__ import annotations

import random
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dynsim as ds
from dynsim.errors import InputError, Interrupted, OutputExists, RunError
from dynsim.experiments.computing import computing
from dynsim.experiments.executors.base import Place, Workers, place_of
from dynsim.experiments.experimented import Experimented
from dynsim.experiments.opening import open_cell
from dynsim.experiments.run import evaluate, run_experiment
from dynsim.experiments.standing import Standing
from dynsim.experiments.storing.store import FOLDER
from dynsim.experiments.work import tasks
from dynsim.experiments.work.collected import columns_of

from .small import SCENARIO, small, tables_of


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Experimented:
    return run_experiment(small(), tmp_path_factory.mktemp("plain") / "experiment")


def test_columns(plain: Experimented) -> None:
    cells = plain.cells
    assert list(cells["cell"]) == list(range(12))
    assert list(cells["variant"][:2]) == ["as_is", "calm"]
    assert cells["kappa"].dtype == np.float64
    assert cells["agents.critic.every"].dtype == np.int64
    assert (cells["replicas"] == 6).all()
    assert (cells["failed"] == 0).all()
    ours = plain.replicas[plain.replicas["cell"] == 4]
    assert list(ours["replica"]) == list(range(6))
    memory = ours["memory"].to_numpy()
    assert cells["memory.mean"][4] == pytest.approx(memory.mean(), rel=1e-14)
    assert cells["memory.se"][4] == pytest.approx(memory.std(ddof=1) / np.sqrt(6), rel=1e-14)
    assert cells["memory.q25"][4] == pytest.approx(np.quantile(memory, 0.25), rel=1e-14)
    share = (ours["verdict"] == "unsettled").mean()
    assert cells["verdict.unsettled"][4] == share
    assert cells["verdict.unsettled.low"][4] <= share <= cells["verdict.unsettled.high"][4]


def test_rows_are_those_of_a_run(plain: Experimented, tmp_path: Path) -> None:
    for cell in (1, 4, 11):
        run = open_cell(plain.directory, cell, tmp_path / str(cell), report=False)
        ours = plain.replicas[plain.replicas["cell"] == cell].reset_index(drop=True)
        for name in ("verdict", "memory", "other", "objective.actor", "first_objective.critic"):
            pd.testing.assert_series_equal(ours[name], run.summary[name], check_exact=True, check_dtype=False)
        assert (ours["memory**2 > 1"] == (run.summary["memory"] ** 2 > 1)).all()


def test_mean_over_the_record(plain: Experimented) -> None:
    states = plain.open(2).states
    ours = plain.replicas[plain.replicas["cell"] == 2]["mean memory"]
    np.testing.assert_allclose(ours, states.groupby("replica")["memory"].mean(), rtol=1e-13)


def test_metrics() -> None:
    """One on request, which may simulate the cell again, and one of the conflict log."""
    done = run_experiment(small(vary={"kappa": [0.1, 0.3]}, collect=["metric:predictability", "metric:label_fidelity"]))
    run, ours = done.open(2), done.replicas[done.replicas["cell"] == 2]
    told = run.metric("predictability", per="replica")
    np.testing.assert_array_equal(ours["predictability.actor.critic"], told["value"])
    np.testing.assert_array_equal(ours["label_fidelity.critic"], run.summary["label_fidelity.critic"])
    with pytest.raises(InputError, match="metric 'ledger' has values over time"):
        small(collect=["metric:ledger"])


def test_numbers_share_a_program_and_structures_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "FEWEST", 0.01)
    seen = _Recorder()
    vary = {"kappa": [0.0, 0.3], "agents.actor.rule.rate": [0.1, 0.2], "agents.critic.every": [1, 2]}
    run_experiment(small(vary=vary), on=seen)
    assert len(seen.tasks) == len({task.structure.key for task in seen.tasks}) == 4
    assert all(len(task.units) == 4 and len(task.units[0].values) == 2 for task in seen.tasks)


@pytest.mark.parametrize("seed", range(4))
def test_bytes_do_not_depend_on_tasks_blocks_and_order(
    seed: int, plain: Experimented, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr(tasks, "UNITS", rng.randint(1, 5))
    monkeypatch.setattr(tasks, "RECORD", 8 * 2 * 41 * rng.choice([1, 4, 100]))  # blocks of 2 or 4 replicas, or cells
    run_experiment(small(), tmp_path / "experiment", on=_Shuffled(rng))
    assert tables_of(tmp_path / "experiment") == tables_of(plain.directory)


def test_packed_cells(plain: Experimented, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "MANY", 1)
    run_experiment(small(), tmp_path / "experiment", on=_Recorder())
    assert tables_of(tmp_path / "experiment") == tables_of(plain.directory)


def test_processes(plain: Experimented, tmp_path: Path) -> None:
    run_experiment(small(), tmp_path / "experiment", on="processes")
    assert tables_of(tmp_path / "experiment") == tables_of(plain.directory)


def test_interpreted(tmp_path: Path) -> None:
    few = small(vary={"kappa": [0.0, 0.3]})
    done = run_experiment(few, tmp_path / "experiment", compiled=False)
    run = done.open(2)
    assert not run.manifest.compiled
    assert (done.replicas["memory"][12:18].to_numpy() == run.summary["memory"].to_numpy()).all()


# -- resume -----------------------------------------------------------------------------------------------------------


def test_nothing_is_computed_twice(tmp_path: Path) -> None:
    few, path = small(vary={"kappa": [0.0, 0.3]}), tmp_path / "experiment"
    run_experiment(few, path)
    before = tables_of(path)
    seen = _Recorder()
    run_experiment(few, path, on=seen, resume=True)
    assert seen.tasks == []
    assert tables_of(path) == before


def test_more_cells_and_replicas_use_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "experiment"
    run_experiment(small(vary={"kappa": [0.0, 0.6]}, replicas=5), path)
    seen = _Recorder()
    larger = small(vary={"kappa": [0.0, 0.3, 0.6]}, replicas=9)
    run_experiment(larger, path, on=seen, resume=True)
    # An odd number of replicas is there: the last of them is drawn again with its neighbour.
    wanted = sorted((unit.first, unit.count) for task in seen.tasks for unit in task.units)
    assert wanted == [(0, 9), (0, 9), *[(4, 5)] * 4]
    run_experiment(larger, tmp_path / "anew")
    assert tables_of(path) == tables_of(tmp_path / "anew")


def test_a_damaged_file_is_computed_again(plain: Experimented, tmp_path: Path) -> None:
    path = tmp_path / "experiment"
    run_experiment(small(), path)
    for file in list((path / FOLDER).iterdir())[:2]:
        file.write_bytes(file.read_bytes()[:100])
    run_experiment(small(), path, resume=True)
    assert tables_of(path) == tables_of(plain.directory)


def test_directories_that_are_not_ours(plain: Experimented, tmp_path: Path) -> None:
    before = tables_of(plain.directory)
    with pytest.raises(OutputExists, match="--resume goes on"):
        run_experiment(small(), plain.directory)
    other = ds.load_scenario(SCENARIO.replace("0.02", "0.03"))
    with pytest.raises(OutputExists, match="another experiment, 'two pulls with noise'"):
        run_experiment(replace(small(), system=other), plain.directory, resume=True)
    assert tables_of(plain.directory) == before
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputExists, match="not the directory of an experiment"):
        run_experiment(small(), tmp_path, resume=True)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_more_and_more_replicas_of_a_cell(plain: Experimented, tmp_path: Path) -> None:
    """What searches ask for: replicas from any even number on, each computed once."""
    experiment, seen = small(), _Recorder()
    cell = experiment.cells()[4]
    with computing(experiment, tmp_path / "experiment", place_of(seen), False, None, True) as running:
        later = running.replicas(cell, 8, 4)
        assert list(later["replica"]) == [8, 9, 10, 11]
        first = running.replicas(cell, 0, 6)
        table = running.evaluate([cell], 0, 10)
    assert table["replicas"].item() == 12
    assert [(unit.first, unit.count) for task in seen.tasks for unit in task.units] == [(8, 4), (0, 6), (6, 2)]
    ours = plain.replicas[plain.replicas["cell"] == 4].reset_index(drop=True)
    pd.testing.assert_frame_equal(first, ours, check_exact=True)


# -- failures ---------------------------------------------------------------------------------------------------------


def test_a_cell_that_fails_is_a_row() -> None:
    experiment = small(vary={"agents.critic.rule.rate": [0.01, 0.02]})
    wrong = list(experiment.cells())
    wrong[2] = replace(wrong[2], values={"agents.critic.rule.rate": -1.0})
    table = evaluate(experiment, wrong)
    assert list(table["failed"]) == [0, 0, 6, 0]
    assert list(table["replicas"]) == [6, 6, 0, 6]
    assert table.loc[2, ["memory.mean", "verdict.converged"]].isna().all()


def test_failures_have_the_messages_of_a_run(tmp_path: Path) -> None:
    scenario = ds.load_scenario(SCENARIO.replace('declared: "(memory - 1)**2"', 'declared: "(memory - 1)**2 + kappa"'))
    experiment = replace(small(vary={"kappa": [0.1, 0.2]}), system=scenario)
    bad = replace(experiment.variants[1], set={"agents.actor.declared": "memory +"}, remove=())
    done = run_experiment(replace(experiment, variants=(experiment.variants[0], bad)), tmp_path / "experiment")
    with pytest.raises(InputError) as caught:
        ds.simulate(experiment.system.changed(bad.set))
    assert list(done.failures["cell"]) == [1, 3]
    assert set(done.failures["message"]) == {str(caught.value)}
    assert list(done.cells["failed"]) == [0, 6, 0, 6]


def test_a_mistake_in_a_plug_in_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(study: Any, collect: Any) -> Any:
        if (study.recording.parameters["kappa"] == 0.3).any():
            raise ZeroDivisionError("no such number")
        return columns_of(study, collect)

    monkeypatch.setattr("dynsim.experiments.work.compute.columns_of", broken)
    done = run_experiment(small(variants={"as_is": {}}, vary={"kappa": [0.1, 0.3, 0.5]}))
    assert done.failures.to_numpy().tolist() == [[1, "as_is", "ZeroDivisionError: no such number"]]
    assert list(done.cells["replicas"]) == [6, 0, 6]


def test_ctrl_c_keeps_what_is_finished(plain: Experimented, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "UNITS", 1)

    def press(standing: Standing) -> None:
        if standing.share > 0.3:
            signal.raise_signal(signal.SIGINT)

    path = tmp_path / "experiment"
    with pytest.raises(Interrupted, match="--resume goes on"):
        run_experiment(small(), path, progress=press)
    assert 1 <= len(list((path / FOLDER).iterdir())) < 12
    run_experiment(small(), path, resume=True)
    assert tables_of(path) == tables_of(plain.directory)


def test_divergence_is_no_failure() -> None:
    done = run_experiment(small(vary={"agents.critic.rule.rate": [0.02, 1e10]}))
    assert len(done.failures) == 0
    assert done.cells["verdict.diverged"].to_list() == [0.0, 0.0, 1.0, 1.0]


# -- executors --------------------------------------------------------------------------------------------------------


def test_lost_workers(tmp_path: Path, plain: Experimented) -> None:
    run_experiment(small(), tmp_path / "experiment", on=_Losing(every=3))
    assert tables_of(tmp_path / "experiment") == tables_of(plain.directory)


def test_workers_that_are_always_lost(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="lost 3 times.*--resume"):
        run_experiment(small(), tmp_path / "experiment", on=_Losing(every=1))


def test_futures_that_nobody_finishes(
    plain: Experimented, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a scheduler that died: the tasks run elsewhere."""
    opened = iter([Workers(_Silent(), lambda: 2, silent=lambda: "gone"), Workers(ThreadPoolExecutor(1), lambda: 1)])
    place = type("Changing", (Place,), {"name": "changing", "open": lambda self, _: nullcontext(next(opened))})
    with computing(small(), tmp_path / "experiment", place(), False, None, True) as running:
        running.compute(small().cells())
        running.write()
    assert tables_of(tmp_path / "experiment") == tables_of(plain.directory)


@pytest.mark.parametrize(("on", "message"), [
    ("thread", "unknown place to run .thread.: did you mean .threads."), ("threads://x", "has no address"),
    ("dask", "expected dask://HOST:PORT"), (3, "expected the name of a place or an executor"),
])  # fmt: skip
def test_wrong_places(on: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        run_experiment(small(), tmp_path / "experiment", on=on)
    assert not (tmp_path / "experiment").exists()


def test_progress_counts_cells() -> None:
    told: list[tuple[str, float]] = []
    run_experiment(small(), progress=lambda standing: told.append((str(standing), standing.share)))
    assert told[0] == ("0 of 12 cells", 0.0)
    assert told[-1][0].startswith("12 of 12 cells")
    assert told[-1][1] == 1.0


class _Recorder(ThreadPoolExecutor):
    """Remembers the tasks."""

    def __init__(self) -> None:
        super().__init__(1)
        self.tasks: list[Any] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.tasks.append(args[0])
        return super().submit(fn, *args, **kwargs)


class _Shuffled(ThreadPoolExecutor):
    """Runs tasks one by one, each time any of those that wait."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(1)
        self._rng, self._waiting = rng, []  # type: ignore[var-annotated]

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._waiting.append((future, fn, args))
        super().submit(self._any)
        return future

    def _any(self) -> None:
        future, fn, args = self._waiting.pop(self._rng.randrange(len(self._waiting)))
        future.set_result(fn(*args))


class _Silent(ThreadPoolExecutor):
    """Takes tasks and runs none."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        return Future()


class _Losing(ThreadPoolExecutor):
    """Loses the worker of every so many tasks."""

    def __init__(self, every: int) -> None:
        super().__init__(2)
        self.every, self.count = every, 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.count += 1
        if self.count % self.every == 0:
            lost: Future[Any] = Future()
            lost.set_exception(BrokenProcessPool("a worker died"))
            return lost
        return super().submit(fn, *args, **kwargs)
