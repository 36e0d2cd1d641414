"""Rest: norms that are too small, beside what they were before, to have a direction."""

from __future__ import annotations

import numpy as np

from ...arrays import Floats

# An agent is at rest where its move is this many times smaller than its own largest so far, and so is its gradient.
REST = 1e-6
# It is also at rest if its move in a unit of time changes only the last digits of the largest state variable.
RESOLUTION = 1e-14


def resting(norms: Floats, peaks: Floats) -> Floats:
    """The norms, with 0 in place of those that are REST times smaller than the largest so far."""
    # Near a fixed point the remaining digits are rounding errors, which have directions too: dividing by such a norm
    # would report harm at full strength between agents that agree.
    return np.where(norms <= REST * peaks, 0.0, norms)


class Peaks:
    """Running maxima over the ticks of each replica, carried from block to block: the run's own scale so far."""

    def __init__(self, count: int, replicas: int) -> None:
        self._last = np.zeros((count, 1, replicas))

    def feed(self, values: Floats) -> Floats:
        """max over all ticks up to each; values and result (count, K, R). NaN is ignored."""
        known = np.concatenate([self._last, np.nan_to_num(values, nan=0.0, posinf=np.inf)], axis=1)
        running = np.maximum.accumulate(known, axis=1)
        self._last = running[:, -1:]
        return running[:, 1:]
