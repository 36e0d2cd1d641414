"""Timing on a busy machine: contestants take turns, and the fastest of several repeats counts."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

NAN = float("nan")


@dataclass(frozen=True)
class Timing:
    """Seconds of one contestant. compile: the first call's excess over the best of the later ones.

    missing: why it could not run (a package or a compiler is not installed); its seconds are then NaN.
    """

    best: float
    median: float
    compile: float
    missing: str = ""

    def __str__(self) -> str:
        return self.missing or f"median {self.median:.3g} s, compile {self.compile:.2g} s"


def interleaved(contestants: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, Timing]:
    """Call every contestant once to warm up, then `repeats` rounds in which each is called once, in turn."""
    first: dict[str, float] = {}
    timings: dict[str, Timing] = {}
    for name, call in contestants.items():
        try:
            first[name] = _seconds(call)
        except (ImportError, FileNotFoundError) as error:
            timings[name] = Timing(NAN, NAN, NAN, f"not available: {error}")
    rounds: dict[str, list[float]] = {name: [] for name in first}
    for _ in range(repeats):
        for name in rounds:
            rounds[name].append(_seconds(contestants[name]))
    for name, times in rounds.items():
        timings[name] = Timing(min(times), statistics.median(times), max(0.0, first[name] - min(times)))
    return {name: timings[name] for name in contestants}


def fastest(timings: Mapping[str, Timing], names: Iterable[str]) -> str | None:
    """The fastest of the names; None if none of them could run."""
    ran = [name for name in names if not math.isnan(timings[name].best)]
    return min(ran, key=lambda name: timings[name].best, default=None)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
