"""What an experiment costs beyond its simulations: many cells against the same replicas in one call of `ds.simulate`.
Then a sweep against other ways to make it (sweeps.py).

`python -m benchmarks experiments` takes a small grid; DYNSIM_BENCH_LARGE=1 the one of 200 × 200 cells × 100 replicas ×
3,000 steps. Both collect the last states; everything is compiled before.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import dynsim as ds
from benchmarks import sweeps
from benchmarks.grid import RATE, SCENARIO
from benchmarks.table import Row, compared
from benchmarks.timing import interleaved
from dynsim.experiments.run import run_experiment
from dynsim.experiments.state import stated_experiment

LARGE = bool(os.environ.get("DYNSIM_BENCH_LARGE"))
POINTS, REPLICAS, STEPS, REPEATS = (200, 100, 3_000, 1) if LARGE else (40, 100, 3_000, 3)
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
    """The grid, many cells of a system of five agents with noise, and a sweep of it by others."""
    five = [_five_agents(["final", "objectives"]), _five_agents(["final", "objectives", "verdict"])]
    return [_grid(), *five, *sweeps.rows()]


def _grid() -> Row:
    found = interleaved({"cells": _cells, "one call": _one_call}, REPEATS)
    ours, theirs = found["cells"], found["one call"]
    name = f"experiment of {POINTS} × {POINTS} cells × {REPLICAS} replicas, {STEPS:,} steps: one call of ds.simulate"
    return compared(name, ours.best, theirs.best, "s", f"{ours}; one call: {theirs}", within=MOST)


def _cells() -> None:
    text = SCENARIO.format(points=1, replicas=REPLICAS, steps=STEPS, rate=RATE)
    system = ds.load_scenario(text[: text.index("ensemble:")] + text[text.index("record:") :])
    vary = {"pull": f"linspace(-0.5, 1, {POINTS})", "turn": f"linspace(0, 2, {POINTS})"}
    _run(stated_experiment(system, vary=vary, replicas=REPLICAS, collect=["x", "y"]))


def _one_call() -> None:
    ds.simulate(ds.load_scenario(SCENARIO.format(points=POINTS, replicas=POINTS**2 * REPLICAS, steps=STEPS, rate=RATE)))


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
    start = time.perf_counter()
    _run(stated)
    seconds = time.perf_counter() - start
    cells = side * (CELLS // side)
    name = f"experiment of {cells:,} cells × 64 replicas, five agents, {FIVE_STEPS} steps"
    note = f"{seconds / cells * 1e3:.2f} ms a cell, with {', '.join(collect)}"
    limit = LIMIT * cells / 10_000
    return Row(name, seconds, float("nan"), float("nan"), "s", f"< {limit:g} s", seconds < limit, note)


def _run(stated: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run_experiment(stated, Path(folder) / "experiment")  # type: ignore[arg-type]
