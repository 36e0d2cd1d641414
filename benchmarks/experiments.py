"""What an experiment costs beyond its simulations: many cells against the same replicas in one call of `ds.simulate`.
Then a sweep against other ways to make it (sweeps.py).

`python -m benchmarks experiments` takes grids of 40 × 40 and 100 × 100 cells; DYNSIM_BENCH_LARGE=1 adds the one of
200 × 200 and takes ten thousand cells of five agents. Grids collect the last states; everything is compiled before. The
notes have CPU times too, whose ratio says what is left of a target on a machine that is not idle.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import dynsim as ds
from benchmarks import sweeps
from benchmarks.grid import RATE, SCENARIO
from benchmarks.table import Row, compared
from benchmarks.timing import interleaved
from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import stated_experiment

LARGE = bool(os.environ.get("DYNSIM_BENCH_LARGE"))
POINTS, REPLICAS, STEPS, REPEATS = (40, 100, 200) if LARGE else (40, 100), 100, 3_000, 3
CELLS, FIVE_STEPS = 10_000 if LARGE else 500, 500
MOST = 1.1  # times the bare engine
LIMIT = 60.0  # seconds

FIVE = """
dynsim: 1
title: Five agents that pull each other
params: {{pull: 0.5, turn: 0.1}}
variables: {{{variables}}}
agents: {{{agents}}}
clock: {{steps: {steps}}}
"""


def measure() -> list[Row]:
    """Grids, many cells of a system of five agents with noise, and a sweep of a grid by others."""
    five = [["final", "objectives"], ["final", "objectives", "verdict"]]
    return [*map(_grid, POINTS), *map(_five_agents, five), *sweeps.rows()]


def _grid(points: int) -> Row:
    cpu: dict[str, list[float]] = {"cells": [], "one call": []}

    def timed(name: str, call: Callable[[int], None]) -> Callable[[], None]:
        def run() -> None:
            start = time.process_time()
            call(points)
            cpu[name].append(time.process_time() - start)

        return run

    found = interleaved({"cells": timed("cells", _cells), "one call": timed("one call", _one_call)}, REPEATS)
    ours, theirs = found["cells"], found["one call"]
    name = f"experiment of {points} × {points} cells × {REPLICAS} replicas, {STEPS:,} steps: one call of ds.simulate"
    used = " and ".join(f"{min(seconds):.3g} s" for seconds in cpu.values())
    return compared(name, ours.best, theirs.best, "s", f"{ours}; one call: {theirs}; CPU {used}", within=MOST)


def _cells(points: int) -> None:
    text = SCENARIO.format(points=1, replicas=REPLICAS, steps=STEPS, rate=RATE)
    system = ds.load_scenario(text[: text.index("ensemble:")] + text[text.index("record:") :])
    vary = {"pull": f"linspace(-0.5, 1, {points})", "turn": f"linspace(0, 2, {points})"}
    _run(stated_experiment(system, vary=vary, replicas=REPLICAS, collect=["x", "y"]))


def _one_call(points: int) -> None:
    ds.simulate(ds.load_scenario(SCENARIO.format(points=points, replicas=points**2 * REPLICAS, steps=STEPS, rate=RATE)))


def _five_agents(collect: list[str]) -> Row:
    names = [f"x{k}" for k in range(5)]
    variables = ", ".join(f'{name}: {{init: "normal(0, 1)", noise: 0.01}}' for name in names)
    agents = ", ".join(
        f'a{k}: {{controls: {name}, declared: "pull*{name}**2/2 + turn*{name}*{names[k - 1]}", '
        "rule: {gradient: {rate: 0.05}}}"
        for k, name in enumerate(names)
    )
    system = ds.load_scenario(FIVE.format(variables=variables, agents=agents, steps=FIVE_STEPS))
    side = round(CELLS**0.5)
    vary = {"pull": f"linspace(0.1, 1, {side})", "turn": f"linspace(0, 1, {CELLS // side})"}
    stated = stated_experiment(system, vary=vary, replicas=64, collect=collect)
    _run(stated_experiment(system, vary={"pull": [0.1, 0.2]}, replicas=64, collect=collect))  # compiles
    start, used = time.perf_counter(), time.process_time()
    _run(stated)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    cells = side * (CELLS // side)
    name = f"experiment of {cells:,} cells × 64 replicas, five agents, {FIVE_STEPS} steps"
    note = f"{seconds / cells * 1e3:.2f} ms a cell, CPU {used / cells * 1e3:.2f} ms, with {', '.join(collect)}"
    limit = LIMIT * cells / 10_000
    return Row(name, seconds, float("nan"), float("nan"), "s", f"< {limit:g} s", seconds < limit, note)


def _run(stated: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run_experiment(stated, Path(folder) / "experiment")  # type: ignore[arg-type]
