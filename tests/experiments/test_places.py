"""Places that need a package of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynsim.experiments.run import run_experiment

from .small import small, tables_of


@pytest.mark.slow
def test_slurm_jobs_on_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no Slurm, submitit runs its jobs as processes."""
    pytest.importorskip("submitit")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    few = small(vary={"kappa": [0.0, 0.3]})
    run_experiment(few, tmp_path / "jobs", on="slurm")
    run_experiment(few, tmp_path / "threads")
    assert tables_of(tmp_path / "jobs") == tables_of(tmp_path / "threads")
    assert [path.name for path in tmp_path.glob(".dynsim-jobs-*")] == []
