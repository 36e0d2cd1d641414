"""Waiting times of a user: a first run with its report, a later one, the help text; and the cost of recording."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import ours
from benchmarks.prisoners_dilemma import SCENARIO as LOLA
from benchmarks.prisoners_dilemma import SLOTS
from benchmarks.table import Row
from benchmarks.timing import NAN, interleaved
from benchmarks.two_parameter import RULES, SCENARIO

REPEATS = 3
REPLICAS, STEPS, EVERY = 10_000, 5_000, 10


def measure() -> list[Row]:
    """Seconds of a cold run, of a warm run and of --help; seconds with and without recording."""
    with tempfile.TemporaryDirectory(prefix="dynsim-benchmarks-") as folder:
        cold = [_run(Path(folder) / f"cold{k}", Path(folder) / f"out{k}") for k in range(REPEATS)]
        warm = [_run(Path(folder) / "cold0", Path(folder) / f"warm{k}") for k in range(REPEATS)]
    help_text = [_seconds(["--help"], {}) for _ in range(REPEATS)]
    return [
        _limit("dynsim run two_pulls, nothing cached", cold, 6.0),
        _limit("dynsim run two_pulls, cached", warm, 2.0),
        _limit("dynsim --help", help_text, 0.4),
        *_recording(),
    ]


def _run(cache: Path, out: Path) -> float:
    caches = {"NUMBA_CACHE_DIR": str(cache / "numba"), "DYNSIM_CACHE_DIR": str(cache / "dynsim")}
    return _seconds(["run", "two_pulls", "--quiet", "--out", str(out)], caches)


def _seconds(arguments: list[str], environment: dict[str, str]) -> float:
    """Wall-clock seconds of `dynsim ARGUMENTS` in a fresh process; CalledProcessError if it fails."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "dynsim", *arguments],
        env=os.environ | environment,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start


def _limit(name: str, seconds: list[float], limit: float) -> Row:
    best = min(seconds)
    note = f"median {sorted(seconds)[len(seconds) // 2]:.3g} s of {len(seconds)}"
    return Row(name, best, NAN, NAN, "s", f"< {limit:g} s", best < limit, note)


def _recording() -> list[Row]:
    """A record at every 10th step, compared with one at the end only: for a costly step, and for a cheap one."""
    rng = np.random.default_rng(0)
    game = SCENARIO.format(rule=RULES["gradient"], steps=STEPS)
    theta = rng.standard_normal((len(SLOTS), REPLICAS))
    return [
        _recorded("LOLA, ten parameters", LOLA, dict(zip(SLOTS, theta, strict=True)), 100),
        _recorded("gradient, two parameters", game, dict(zip("xy", theta[:2], strict=True)), STEPS),
    ]


def _recorded(what: str, text: str, initial: dict[str, np.ndarray], steps: int) -> Row:
    times = interleaved(
        {
            "recorded": ours.prepared(text, initial, steps=steps, every=EVERY),
            "not": ours.prepared(text, initial, steps=steps),
        },
        9,
    )
    recorded, plain = times["recorded"].best, times["not"].best
    note = f"{REPLICAS:,} replicas, {steps:,} steps; {times['recorded']}"
    cost = recorded / plain
    name = f"recording every {EVERY}th step: {what}"
    return Row(name, recorded, plain, cost, "s", "with/without < 1.1", cost < 1.1, note)
