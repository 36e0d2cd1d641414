"""The phases of a run, as ranges of its recorded ticks."""

from __future__ import annotations

import numpy as np

from .study import Study

WHOLE = "whole run"


def recorded_phases(study: Study) -> dict[str, tuple[int, int]]:
    """By phase, the number of its first recorded tick and the number after its last. A scenario without phases has one,
    WHOLE.

    A tick at the border of two phases belongs to the later one. Phases without a recorded tick are left out.
    """
    spans = study.program.phases
    times = study.times
    if not spans:
        return {WHOLE: (0, len(times))}
    starts = [int(np.searchsorted(times, start)) for start, _ in spans.values()]
    ranges = zip(spans, starts, [*starts[1:], len(times)], strict=True)
    return {name: (first, stop) for name, first, stop in ranges if first < stop}
