"""The shipped scenarios as a user runs them, with tables, metrics and report; and the cost of metrics relative to the
run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dynsim as ds
from benchmarks.table import Row
from benchmarks.timing import NAN
from dynsim.system.shipped import shipped_scenarios

LIMIT = 300.0


def measure() -> list[Row]:
    """Seconds of all scenarios together, without compilation; and the share of metrics in every scenario that requests
    some."""
    total, longest, rows = 0.0, (0.0, ""), []
    with tempfile.TemporaryDirectory(prefix="dynsim-benchmarks-") as folder:
        for name in shipped_scenarios():
            ds.simulate(name, out=Path(folder) / f"{name}-first")
            seconds, run = _timed(lambda name=name: ds.simulate(name, out=Path(folder) / name))
            total, longest = total + seconds, max(longest, (seconds, name))
            if run.model.metrics:
                rows.append(_metrics(name))
    note = f"{len(shipped_scenarios())} scenarios with their reports; the longest is {longest[1]}, {longest[0]:.1f} s"
    return [Row("all shipped scenarios", total, NAN, NAN, "s", f"< {LIMIT:g} s", total < LIMIT, note), *rows]


def _metrics(name: str) -> Row:
    """All metrics that a scenario requests, compared with the run and its conflict log; both in memory."""
    plain, run = _timed(lambda: _with_log(ds.simulate(name)))
    metrics, _ = _timed(lambda: [run.metric(metric) for metric in run.model.metrics])
    share = metrics / plain
    note = ", ".join(run.model.metrics)
    return Row(f"metrics of {name}", metrics, plain, share, "s", "metrics/run < 1", share < 1.0, note)


def _with_log(run: ds.Run) -> ds.Run:
    _ = run.tables
    return run


def _timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result
