"""The same sweep, of five agents with noise over two parameters, by dynsim and by what its users might use instead.

All run in turn on the same cores: dynsim with a thread for each, the others with a process for each. `rows` belongs to
`python -m benchmarks experiments`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np

import dynsim as ds
from benchmarks.dask_workers import Cluster, dask_workers
from benchmarks.peers.sweep_numpy import AGENTS, NOISE, RATE, Floats
from benchmarks.table import Row, compared
from benchmarks.timing import Timing, interleaved

LARGE = bool(os.environ.get("DYNSIM_BENCH_LARGE"))
POINTS, REPLICAS, STEPS, REPEATS = (100, 64, 500, 3) if LARGE else (30, 64, 500, 5)
DASK_POINTS = 200 if LARGE else 100  # seconds of work, beside which the start of a sweep does not count
PULL, TURN = (0.1, 1.0), (0.0, 1.0)
MESA = 3  # points of an axis that Mesa runs; its time counts for all
LEAST = 0.9  # of the throughput of threads, with as many Dask workers
WORKERS = 2
CORES = os.cpu_count() or 1

Result = tuple[Floats, Floats]  # mean and standard deviation of the last states, (C, 5) each

SCENARIO = """
dynsim: 1
title: Five agents that pull each other
params: {{pull: 0.5, turn: 0.1}}
variables: {{{variables}}}
agents: {{{agents}}}
clock: {{steps: {steps}}}
record: {{every: {steps}}}
"""


def rows() -> list[Row]:
    """The sweep against every peer, and Dask's workers against threads."""
    size = f"{POINTS} × {POINTS} cells × {REPLICAS} replicas, {STEPS} steps, five agents"
    sweep = (POINTS, REPLICAS, STEPS)
    found = interleaved({"dynsim": lambda: dynsim(*sweep), **peers(*sweep)}, REPEATS)
    ours = found.pop("dynsim")
    table = [_row(f"sweep of {size}: {name}", ours, theirs, name) for name, theirs in found.items()]
    return [*table, _dask()]


def _row(name: str, ours: Timing, theirs: Timing, peer: str) -> Row:
    times = (POINTS / MESA) ** 2 if peer == "Mesa" else 1.0
    counted = f", {times:.0f} times the time of one part in {times:.0f}" if times > 1 else ""
    return compared(name, ours.best, theirs.best * times, "s", f"{ours}; {peer}: {theirs}{counted}")


def peers(points: int, replicas: int, steps: int) -> dict[str, Callable[[], Result]]:
    """The peers by name. Mesa's sweep has MESA points of each axis."""
    pull, turn = np.linspace(*PULL, points), np.linspace(*TURN, points)

    def joblib() -> Result:
        from benchmarks.peers import sweep_joblib

        p, q = (axis.ravel() for axis in np.meshgrid(pull, turn, indexing="ij"))
        return sweep_joblib.run(p, q, replicas, steps, CORES)

    def ema_workbench() -> Result:
        from benchmarks.peers import sweep_ema

        return sweep_ema.run(PULL, TURN, points, replicas, steps, CORES)

    def mesa() -> Result:
        from benchmarks.peers import sweep_mesa

        p, q = (np.linspace(*ends, MESA).tolist() for ends in (PULL, TURN))
        return sweep_mesa.run(p, q, replicas, steps, CORES)

    return {"joblib over NumPy": joblib, "EMA Workbench over NumPy": ema_workbench, "Mesa": mesa}


def dynsim(points: int, replicas: int, steps: int, on: str = "threads") -> Result:
    """The experiment, whose cells have verdicts and quantiles besides. Only the last states are recorded."""
    names = [f"x{k}" for k in range(AGENTS)]
    variables = ", ".join(f'{name}: {{init: "normal(0, 1)", noise: {NOISE}}}' for name in names)
    agents = ", ".join(
        f'a{k}: {{controls: {name}, declared: "pull*{name}**2/2 + turn*{name}*{names[k - 1]}", '
        f"rule: {{gradient: {{rate: {RATE}}}}}}}"
        for k, name in enumerate(names)
    )
    system = ds.load_scenario(SCENARIO.format(variables=variables, agents=agents, steps=steps))
    vary = {name: f"linspace({low}, {high}, {points})" for name, (low, high) in (("pull", PULL), ("turn", TURN))}
    cells = ds.experiment(system, vary=vary, replicas=replicas, collect="final", on=on).cells
    means, errors = (cells[[f"{name}.{what}" for name in names]].to_numpy() for what in ("mean", "se"))
    return means, errors * replicas**0.5


def _dask() -> Row:
    """Throughput of two workers of one thread each against that of threads, on two cores."""
    name = f"throughput of {WORKERS} Dask workers, the same sweep of {DASK_POINTS} × {DASK_POINTS} cells: threads"
    sweep = (DASK_POINTS, REPLICAS, STEPS)
    with dask_workers(WORKERS) as cluster:
        ways: dict[str, Callable[[], object]] = {
            "Dask": lambda: dynsim(*sweep, on=f"dask://{cluster.address}"), "threads": lambda: dynsim(*sweep)
        }
        found = interleaved(ways, REPEATS)
        seconds = {way: _cpu(call, cluster) for way, call in ways.items()}
    dask, threads = found["Dask"], found["threads"]
    ratio = threads.best / dask.best
    note = f"{dask}; threads: {threads}; CPU time of all processes: " + ", ".join(
        f"{way} {used:.2f} s" for way, used in seconds.items()
    )
    return Row(name, dask.best, threads.best, ratio, "s", f"threads/Dask ≥ {LEAST:g}", ratio >= LEAST, note)


def _cpu(call: Callable[[], object], cluster: Cluster) -> float:
    """Seconds of CPU time that a call takes here and in the cluster: on a busy machine the steadier measure."""
    before = time.process_time() + cluster.cpu()
    call()
    return time.process_time() + cluster.cpu() - before
