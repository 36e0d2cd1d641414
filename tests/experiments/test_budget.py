"""A time limit: what has begun is finished and kept, nothing else begins, and another call goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynsim.errors import BudgetSpent, InputError
from dynsim.experiments.budget import Budget, seconds_of
from dynsim.experiments.run import run_experiment
from dynsim.experiments.storing.store import FOLDER
from dynsim.experiments.work import tasks

from .small import small, tables_of
from .test_run import _Recorder


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("1h30m", 5400), ("1d1s", 86401)])
def test_times(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "2", "0s", "h", "2 h", "30m1h", "1.5h", "-1s", "2hours"])
def test_what_is_no_time(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="budget: expected a time such as 90s, 30m, 2h or 1h30m, got"):
        run_experiment(small(), tmp_path / "experiment", budget=text)
    assert not (tmp_path / "experiment").exists()


def test_a_budget_needs_a_directory() -> None:
    with pytest.raises(InputError, match="budget needs an output directory"):
        run_experiment(small(), budget="1h")


def test_what_has_begun_is_finished_and_another_call_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, seen = tmp_path / "experiment", _Recorder()
    monkeypatch.setattr(tasks, "UNITS", 1)
    monkeypatch.setattr(Budget, "spent", lambda self: self.text is not None and len(seen.tasks) > 1)
    with pytest.raises(BudgetSpent, match=r"the budget of 1h is used up; what is finished is in .*, and --resume goes"):
        run_experiment(small(), path, on=seen, budget="1h")
    kept = len(list((path / FOLDER).iterdir()))
    assert 1 <= kept <= len(seen.tasks) < 12
    again = _Recorder()
    run_experiment(small(), path, on=again, resume=True)
    assert len(again.tasks) == 12 - kept
    run_experiment(small(), tmp_path / "anew")
    assert tables_of(path) == tables_of(tmp_path / "anew")


def test_a_budget_that_ends_with_the_last_task_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, seen = tmp_path / "experiment", _Recorder()
    few = small(vary={"kappa": [0.1]}, variants={"as_is": {}})
    monkeypatch.setattr(Budget, "spent", lambda self: len(seen.tasks) == 1)
    assert len(run_experiment(few, path, on=seen, budget="1h").cells) == 1
