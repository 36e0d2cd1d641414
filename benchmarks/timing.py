"""Timing that survives a busy machine: peers take turns, the fastest of several repeats counts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds of one contestant: `compile` is the first call's excess over the best of the later ones."""

    best: float
    median: float
    compile: float

    def __str__(self) -> str:
        return f"median {self.median:.3g} s, compile {self.compile:.2g} s"


def interleaved(contestants: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, Timing]:
    """Call every contestant once to warm up, then `repeats` rounds in which each is called once, in turn."""
    first = {name: _seconds(call) for name, call in contestants.items()}
    rounds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, call in contestants.items():
            rounds[name].append(_seconds(call))
    return {
        name: Timing(min(times), statistics.median(times), max(0.0, first[name] - min(times)))
        for name, times in rounds.items()
    }


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start
