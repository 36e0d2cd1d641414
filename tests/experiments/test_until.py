"""More replicas until a cell is precise enough: which cells go on, how well intervals cover, and equal bytes."""

from __future__ import annotations

import random
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from dynsim.answers.wording.wilson import wilson
from dynsim.errors import InputError, Interrupted
from dynsim.experiments.experimented import Experimented
from dynsim.experiments.model import Cell, Experiment
from dynsim.experiments.replicating import FIRST, replicated
from dynsim.experiments.report.finding.outcome import how_it_ended
from dynsim.experiments.report.finding.precision import how_precise
from dynsim.experiments.report.tables import Tables
from dynsim.experiments.run import run_experiment
from dynsim.experiments.standing import Standing
from dynsim.experiments.state import load_experiment
from dynsim.experiments.storing.resolved import resolved_experiment
from dynsim.experiments.storing.store import FOLDER
from dynsim.experiments.until import Until
from dynsim.experiments.work import tasks

from .small import small, tables_of
from .test_run import _Recorder, _Shuffled

UNTIL = {"of": "memory", "se": 0.04, "most": 140}


def noisy(**changes: Any) -> Experiment:
    """Eight cells of two structures: at kappa = 0.6 `memory` spreads less, so that fewer replicas are enough."""
    stated = {
        "vary": {"kappa": [0.0, 0.6], "agents.critic.every": [1, 2]},
        "variants": {"as_is": {}, "rough": {"set": {"sigma": 0.2}}},
        "replicas": 32, "until": UNTIL, "collect": ["memory", "memory > 0.6"],
    }
    return small(**(stated | changes))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Experimented:
    return run_experiment(noisy(), tmp_path_factory.mktemp("until") / "experiment")


# -- the rule, without a simulation -----------------------------------------------------------------------------------


def points(count: int, variants: int = 1) -> list[list[Cell]]:
    numbers = iter(range(count * variants))
    return [[Cell(next(numbers), f"v{k}", {}) for k in range(variants)] for _ in range(count)]


class _Known:
    """A standard error of spread/√n in each cell; remembers what was asked for."""

    def __init__(self, spread: Sequence[float], failed: Sequence[int] = ()) -> None:
        self.spread, self.failed = spread, failed
        self.asked: list[tuple[int, list[int]]] = []

    def __call__(self, cells: Sequence[Cell], count: int) -> pd.DataFrame:
        numbers = [cell.number for cell in cells]
        self.asked.append((count, numbers))
        lost = [number in self.failed for number in numbers]
        return pd.DataFrame({
            "replicas": np.where(lost, 0, count), "failed": np.where(lost, count, 0),
            "x.mean": np.where(lost, np.nan, 0.0),
            "x.se": [np.nan if number in self.failed else self.spread[number] / np.sqrt(count) for number in numbers],
        })


def test_cells_double_until_they_are_precise_enough() -> None:
    known = _Known([0.8, 1.7, 0.1, 50.0])
    replicated(points(4), Until("x", 500, se=0.1), 40, known)
    assert known.asked == [(40, [0, 1, 2, 3]), (80, [0, 1, 3]), (160, [1, 3]), (320, [1, 3]), (500, [3])]


def test_variants_of_a_point_go_on_together() -> None:
    known = _Known([0.1, 1.0, 0.1, 0.1])
    replicated(points(2, variants=2), Until("x", 1000, se=0.1), 64, known)
    assert known.asked == [(64, [0, 1, 2, 3]), (128, [0, 1])]


def test_what_failed_goes_no_further_and_holds_nobody_back() -> None:
    known = _Known([1.0, 1.0, 1.0, 1.0], failed=[1, 2, 3])
    replicated(points(2, variants=2), Until("x", 1000, se=0.1), 64, known)
    assert known.asked == [(64, [0, 1, 2, 3]), (128, [0])]


def test_what_has_no_value_goes_no_further() -> None:
    until = Until("x", 1000, se=0.1)
    means, errors = [np.nan, np.inf, 1.0, 1.0], [np.nan, np.nan, np.nan, 0.0]  # the second one diverged
    table = pd.DataFrame({"replicas": [64] * 4, "failed": 0, "x.mean": means, "x.se": errors})
    assert until.open(table).tolist() == [False, False, True, False]
    assert until.reached(table).tolist() == [False, False, False, True]


def test_a_share_is_measured_by_its_interval() -> None:
    low, high = wilson(30, 100)
    verdict = pd.DataFrame({"replicas": [100], "verdict.cycling": 0.3, "verdict.cycling.low": low,
                            "verdict.cycling.high": high})  # fmt: skip
    condition = pd.DataFrame({"replicas": [100], "x > 1.mean": [0.3], "x > 1.se": 0.0})
    for width, reached in ((0.99 * (high - low) / 2, False), (1.01 * (high - low) / 2, True)):
        assert Until("verdict.cycling", 1000, half_width=width).reached(verdict).tolist() == [reached]
        assert Until("x > 1", 1000, half_width=width).reached(condition).tolist() == [reached]


CELLS = 4000
"""The standard error of a coverage of 95 % is then 0.34 %."""


class _Drawn:
    """Cells whose replicas are drawn from one distribution."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self.values = np.empty((CELLS, 0))
        self.rows: dict[int, tuple[int, float, float]] = {}

    def __call__(self, cells: Sequence[Cell], count: int) -> pd.DataFrame:
        numbers = np.array([cell.number for cell in cells])
        self.values = np.concatenate([self.values, self._draw((CELLS, count - self.values.shape[1]))], axis=1)
        own = self.values[numbers]
        mean, error = own.mean(axis=1), own.std(axis=1, ddof=1) / np.sqrt(count)
        self.rows |= dict(zip(numbers, zip(np.full(len(numbers), count), mean, error, strict=True), strict=True))
        return pd.DataFrame({"replicas": count, "failed": 0, "x.mean": mean, "x.se": error})


@pytest.mark.parametrize("needed", [50, 100, 200, 400])
def test_intervals_of_a_normal_mean_cover(needed: int) -> None:
    """Student's 95 % interval after stopping, at standard errors that `needed` replicas have on average."""
    drawn = _Drawn(np.random.default_rng(needed).standard_normal)
    replicated(points(CELLS), Until("x", 10**4, se=needed**-0.5), FIRST, drawn)
    count, mean, error = np.array(list(drawn.rows.values())).T
    covers = (np.abs(mean) <= stats.t.ppf(0.975, count - 1) * error).mean()
    assert covers >= 0.95 - 3 * 0.0034
    assert abs(mean.mean()) <= 3 * mean.std() / np.sqrt(CELLS)
    assert 0.9 * needed <= count.mean() <= 2 * needed


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("half_width", [0.03, 0.08])
def test_intervals_of_a_share_cover(share: float, half_width: float) -> None:
    """Wilson's interval: its coverage without stopping, for these shares and the same numbers, is 94 to 97 %."""
    rng = np.random.default_rng(int(1000 * share))
    drawn = _Drawn(lambda shape: (rng.random(shape) < share).astype(float))
    replicated(points(CELLS), Until("x", 10**4, half_width=half_width), FIRST, drawn)
    ends = np.array([wilson(mean * count, count) for count, mean, _ in drawn.rows.values()])
    covers = ((ends[:, 0] <= share) & (share <= ends[:, 1])).mean()
    assert covers >= 0.93


# -- experiments ------------------------------------------------------------------------------------------------------


def test_cells_have_unequal_replicas(done: Experimented) -> None:
    cells = done.cells
    assert list(cells["replicas"]) == [140] * 4 + [128] * 4
    assert list(cells["reached"]) == list(cells["memory.se"] <= 0.04) == [True, False, True, False] + [True] * 4
    assert done.replicas.groupby("cell").size().to_list() == cells["replicas"].to_list()
    assert all(list(own) == list(range(len(own))) for _, own in done.replicas.groupby("cell")["replica"])


def test_opened_cells_have_their_own_replicas(done: Experimented) -> None:
    for cell in (0, 5):
        run, ours = done.open(cell), done.replicas[done.replicas["cell"] == cell]
        np.testing.assert_array_equal(ours["memory"], run.summary["memory"])


def test_shares(tmp_path: Path) -> None:
    until = {"of": "memory > 0.6", "half_width": 0.125, "most": 64}
    cells = run_experiment(noisy(until=until), tmp_path / "experiment").cells
    assert set(cells["replicas"]) == {32, 64}
    shares = zip(cells["memory > 0.6.mean"], cells["replicas"], strict=True)
    ends = np.array([wilson(mean * n, n) for mean, n in shares])
    assert list(cells["reached"]) == list(ends[:, 1] - ends[:, 0] <= 0.25)


@pytest.mark.parametrize("seed", range(2))
def test_bytes_do_not_depend_on_tasks_blocks_and_order(
    seed: int, done: Experimented, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(seed)
    monkeypatch.setattr(tasks, "UNITS", rng.randint(1, 5))
    monkeypatch.setattr(tasks, "RECORD", 8 * 2 * 41 * rng.choice([6, 50, 1000]))
    run_experiment(noisy(), tmp_path / "experiment", on=_Shuffled(rng))
    assert tables_of(tmp_path / "experiment") == tables_of(done.directory)


def test_a_stop_in_the_middle_changes_nothing(done: Experimented, tmp_path: Path) -> None:
    path = tmp_path / "experiment"

    def press(standing: Standing) -> None:
        if len(list((path / FOLDER).iterdir())) >= 5:  # the first round has four units
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(Interrupted, match="--resume goes on"):
        run_experiment(noisy(), path, progress=press)
    run_experiment(noisy(), path, resume=True)
    assert tables_of(path) == tables_of(done.directory)


def test_a_looser_and_a_stricter_precision_use_what_is_there(done: Experimented, tmp_path: Path) -> None:
    path, seen = tmp_path / "experiment", _Recorder()
    run_experiment(noisy(until=UNTIL | {"se": 0.1}), path)
    assert set(pd.read_parquet(path / "cells.parquet")["replicas"]) == {32}
    run_experiment(noisy(), path, on=seen, resume=True)
    assert min(unit.first for task in seen.tasks for unit in task.units) == 32
    assert tables_of(path) == tables_of(done.directory)
    run_experiment(noisy(until=UNTIL | {"se": 0.1}), path, on=_Recorder(), resume=True)
    assert set(pd.read_parquet(path / "cells.parquet")["replicas"]) == {32}


def test_a_metric_has_its_columns_once_it_is_computed(tmp_path: Path) -> None:
    until = {"of": "label_fidelity.crtic", "se": 0.01, "most": 64}
    with pytest.raises(InputError, match=r"until\.of: unknown column 'label_fidelity.crtic': did you mean .*critic'"):
        run_experiment(noisy(until=until, collect=["metric:label_fidelity"]), tmp_path / "experiment")


def test_metrics_that_need_whole_cells_are_those_of_a_run() -> None:
    until = UNTIL | {"se": 0.06, "most": 80}
    done = run_experiment(noisy(vary={"kappa": [0.0]}, collect=["memory", "metric:predictability"], until=until))
    assert list(done.cells["replicas"]) == [64, 64]
    run, ours = done.open(1), done.replicas[done.replicas["cell"] == 1]
    np.testing.assert_array_equal(ours["memory"], run.summary["memory"])
    told = run.metric("predictability", per="replica")["value"]
    np.testing.assert_array_equal(ours["predictability.actor.critic"], told)


def test_progress_counts_cells_and_no_time_that_nobody_knows() -> None:
    told: list[Standing] = []
    run_experiment(noisy(), progress=told.append)
    assert str(told[-1]).startswith("8 of 8 cells")
    assert told[-1].left is None


def test_it_survives_its_own_text(tmp_path: Path) -> None:
    text, _ = resolved_experiment(noisy())
    (tmp_path / "resolved.yaml").write_text(text)
    assert load_experiment(tmp_path / "resolved.yaml").until == noisy().until == Until("memory", 140, se=0.04)


def test_over_all_cells_only_the_replicas_that_all_have_count(done: Experimented) -> None:
    table = done.effects.query("quantity == 'memory'").set_index("cell")
    wide = done.replicas.pivot(index="replica", columns="cell", values="memory")
    for cell in (1, 5):
        assert table["difference"][cell] == pytest.approx((wide[cell] - wide[cell - 1]).mean(), rel=1e-12)
        assert table["n"][cell] == done.cells["replicas"][cell]
    differences = np.mean([wide[cell] - wide[cell - 1] for cell in (1, 3, 5, 7)], axis=0)[:128]
    over_all = table[table.index.isna()].iloc[0]
    assert over_all["n"] == 128
    assert over_all["difference"] == pytest.approx(differences.mean(), rel=1e-12)


def test_what_is_told(done: Experimented) -> None:
    tables = Tables(done.experiment, "there", done.cells, done.failures)
    assert how_precise(tables) == [
        "2 of 8 cells did not reach a standard error of memory of 0.04 or less with up to 140 replicas: the first is "
        "the one at kappa = 0, agents.critic.every = 1 with rough."
    ]
    page = (done.directory / "report.html").read_text()
    assert "128 to 140, until a standard error of memory of 0.04 or less, at most 140" in page
    enough = replace(tables, cells=done.cells.assign(reached=True))
    assert how_precise(enough) == [
        "Every cell reached a standard error of memory of 0.04 or less, with 1,072 replicas in all."
    ]
    diverged = done.cells.assign(reached=True)
    diverged.loc[2, ["reached", "memory.mean", "memory.se"]] = False, np.inf, np.nan
    assert how_precise(replace(tables, cells=diverged)) == [
        "One cell has no finite value of memory in the first replicas, and got no more."
    ]
    mixed = done.cells.assign(**{"verdict.unsettled": [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0],
                                 "verdict.converged": [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]})  # fmt: skip
    assert how_it_ended(replace(tables, cells=mixed))[-1].startswith("On average over the cells, 50\u00a0% ")
