"""`run_experiment`: from an experiment to its tables."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path

import pandas as pd

from ..errors import InputError
from ..system.text.local_path import local_path
from .computing import Computation, Told, computing
from .design.base import Adaptive
from .executors.base import place_of
from .experimented import Experimented
from .model import Cell, Experiment
from .replicating import replicated
from .searching import searched
from .storing.store import FOUND
from .work.size import expect_disk, size_of


def run_experiment(
    experiment: Experiment,
    out: str | Path | None = None,
    on: str | Executor = "threads",
    resume: bool = False,
    progress: Told | None = None,
    compiled: bool = True,
    workers_write: bool = False,
    budget: str | None = None,
) -> Experimented:
    """Simulate every cell of an experiment, and make its tables.

    out: the directory, by default a temporary one that lasts as long as the result. on: where tasks run, the name of a
    place ("threads", "processes", "dask://HOST:PORT", "slurm") or an executor of `concurrent.futures`; no number
    depends on it. resume: go on with what is in `out`; what is finished is not computed again, also where there are
    more cells or replicas now. progress: called several times a second with the experiment's `Standing`. compiled:
    False interprets. workers_write: workers write their results into `out` themselves, which they and this process have
    under the same path; else results come back and are written here. budget: a time, such as "2h", after
    which no more tasks begin.

    A cell that fails is a row of `failures` and ends nothing. Ctrl-C raises Interrupted and keeps what is finished; so
    does the end of the budget, with BudgetSpent, once the tasks that have begun are finished. Raises InputError for a
    wrong `on`, OutputExists where the directory is not to be used, with nothing written; RunError where workers or a
    scheduler are lost for good.
    """
    place = place_of(on)
    if out is None and resume:
        raise InputError("resume needs an output directory")
    if out is None and workers_write:
        raise InputError("workers_write needs an output directory, which the workers share")
    if out is None and budget is not None:
        raise InputError("budget needs an output directory, where another call goes on")
    temporary = tempfile.TemporaryDirectory(prefix="dynsim-experiment-") if out is None else None
    path = Path(temporary.name) if temporary is not None else local_path(out or "")
    if not resume:  # what is there already needs no more room
        expect_disk(experiment, size_of(experiment, experiment.system.resolve()), path)
    going_on = resume or out is None
    with computing(experiment, path, place, going_on, progress, compiled, workers_write, budget) as running:
        if isinstance(experiment.design, Adaptive):
            running.write_found(searched(experiment, experiment.design, running.rows))
        else:
            _compute_all(experiment, running)
            (path / FOUND).unlink(missing_ok=True)  # of an adaptive design that was in the directory before
        running.write()
    found = Experimented(path, temporary, experiment)
    if temporary is None:
        from .report.files import write_report  # figures are imported only where a page is written

        write_report(found)
    return found


def _compute_all(experiment: Experiment, running: Computation) -> None:
    """Compute the cells of a fixed design."""
    cells, variants = experiment.cells(), len(experiment.variants)
    if experiment.until is None:
        running.compute(cells)
        return
    points = [cells[start : start + variants] for start in range(0, len(cells), variants)]
    replicated(points, experiment.until, experiment.replicas, running.precision)


def evaluate(
    experiment: Experiment, cells: Sequence[Cell], on: str | Executor = "threads", compiled: bool = True
) -> pd.DataFrame:
    """The rows of some cells of an experiment, as in cells.parquet, without a directory."""
    place = place_of(on)
    with (
        tempfile.TemporaryDirectory(prefix="dynsim-experiment-") as folder,
        computing(experiment, Path(folder), place, True, None, compiled) as running,
    ):
        return running.evaluate(cells)
