"""A scenario that has everything a record can hold, and ways to cut its run off."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dynsim.record import files
from dynsim.session import job

SCENARIO = """\
dynsim: 1
title: a bit of everything
params: {goal: 1.0}
graphs: {net: {generator: cycle_graph, n: 5}}
variables:
  x: {init: "normal(0, 1)", noise: 0.01}
  v: {init: [0.5, 1.5], size: 2}
  net_opinion: {on: net, init: "uniform(0, 1)", flow: "0.1*(mean_neighbors(net_opinion) - net_opinion)"}
  far: {expr: "x - goal"}
agents:
  one: {controls: x, declared: "far**2", rule: {momentum: {rate: 0.02, beta: 0.5}}}
  two: {controls: [x, v], declared: "(x + 1)**2 + (v[0] - x)**2 + v[1]**2", rule: {gradient: {rate: 0.03}}}
events:
  shift: {at: 20, set: {goal: 3}}
clock: {steps: 60}
ensemble: {replicas: 6, seed: 3, vary: {agents.one.rule.rate: "linspace(0.01, 0.05)"}}
record: {every: 2, derived: [far]}
"""


def write_scenario(folder: Path, text: str = SCENARIO) -> Path:
    path = folder / "everything.yaml"
    path.write_text(text)
    return path


def record_bytes(directory: Path) -> dict[str, bytes]:
    """Every file of a run directory apart from the manifest, which tells the time."""
    paths = [path for path in sorted(directory.rglob("*")) if path.is_file()]
    return {str(p.relative_to(directory)): p.read_bytes() for p in paths if p.name != "manifest.json"}


@contextmanager
def small_parts(chunk_bytes: int = 5_000) -> Iterator[None]:
    """Chunks of a few ticks, each of them a part on the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "run_engine", partial(job.run_engine, chunk_bytes=chunk_bytes))
        patch.setattr(job, "Writer", partial(job.Writer, part_bytes=0))
        yield


def in_a_process_killed_at(moment: int, work: Callable[[], Any]) -> bool:
    """Do the work in a process that kills itself (−9) just before (odd moments: just after) a file gets its name.

    Moments count from 0. Whether the work was over before the moment came.
    """
    child = os.fork()
    if child == 0:
        _kill_at(moment)
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != -signal.SIGKILL


def _kill_at(moment: int) -> None:
    replace = os.replace
    names = 0

    def counted(source: Any, target: Any) -> None:
        nonlocal names
        if moment % 2 == 0 and names == moment // 2:
            os.kill(os.getpid(), signal.SIGKILL)
        replace(source, target)
        if moment % 2 == 1 and names == moment // 2:
            os.kill(os.getpid(), signal.SIGKILL)
        names += 1

    files.os.replace = counted  # type: ignore[attr-defined]
