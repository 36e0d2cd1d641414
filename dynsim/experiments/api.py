"""`ds.experiment`: from a question to its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from ..session.requested_metrics import Progress
from ..system.builder import System
from .experimented import Experimented
from .run import run_experiment
from .state import stated_experiment


def experiment(
    scenario: System | str | Path,
    *,
    title: str | None = None,
    question: str | None = None,
    vary: Mapping[Any, Any] | None = None,
    variants: Mapping[str, Any] | None = None,
    design: Any = None,
    replicas: int | None = None,
    until: Mapping[str, Any] | None = None,
    seed: int | None = None,
    collect: str | Sequence[str] | None = None,
    set: str | Sequence[str] | Mapping[Any, Any] = (),
    out: str | Path | None = None,
    on: str | Executor = "threads",
    resume: bool = False,
    progress: Progress | None = None,
    workers_write: bool = False,
    budget: str | None = None,
) -> Experimented:
    """Simulate every cell of an experiment, and collect tables of them.

    scenario: a System, the path of a scenario file, the name of a shipped scenario, or the path of an experiment's file
    or the name of a shipped experiment. The file then states the experiment; replicas and seed replace what it says,
    `set` changes its scenario, and the arguments after `set` say where and how it runs.

    title, question: default to the scenario's. vary: path (or symbol of a parameter) → list of values, "linspace(a, b,
    n)" or "logspace(a, b, n)"; for designs that sample, a range [low, high] or {"range": [low, high], "scale": "log"}.
    variants: name → {"set": {path: value}, "remove": paths}; the first is the reference. design:
    `ds.designs.latin_hypercube(n=64)` or as in a file; default every combination. replicas, seed: of every cell; all
    cells share their random numbers; default the scenario's. until: {"of": column, "se": number, "most": replicas}, or
    "half_width" of a share in place of "se": cells have more replicas until they are that precise. collect: what is
    kept of every replica; default its verdict, conflict episodes, objectives and, if there is one, the base objective.

    set: overrides of the scenario before anything varies, "PATH=VALUE" each or path → value. out: the experiment's
    directory; by default a temporary one, which ends with what is returned. on: where it runs: "threads", "processes",
    "dask://HOST:PORT", "slurm", or a `concurrent.futures.Executor`; results do not depend on it. resume: continue the
    experiment in `out`. progress: called with how many cells are finished, in words, and their share.
    workers_write: workers write their results into `out` themselves, which has to be on a file system that they share,
    under the same path. budget: a time, such as "2h", after which no more of it begins; BudgetSpent is then raised, and
    `resume` continues.

    Returns the finished experiment with its tables. Raises InputError with every mistake, before anything is computed
    or written; RunError if memory or disk space is insufficient; Interrupted. A cell that fails is a row of `failures`.
    """
    stated = stated_experiment(
        scenario, title=title, question=question, vary=vary, variants=variants, design=design, replicas=replicas,
        until=until, seed=seed, collect=collect, set=set,
    )
    told = None if progress is None else lambda standing: progress(str(standing), standing.share)
    return run_experiment(stated, out, on, resume, told, workers_write=workers_write, budget=budget)
