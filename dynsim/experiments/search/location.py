"""What is known about where a threshold lies: a density on the unit interval."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...arrays import Floats


@dataclass
class Location:
    """A piecewise constant density, uniform at first. edges (K + 1,): where it may change; masses (K,): in between.

    An answer "the threshold lies left (right) of x" that is right with probability p multiplies the density on that
    side by p and on the other by 1 − p (Horstein 1963).
    """

    edges: Floats = field(default_factory=lambda: np.array([0.0, 1.0]))
    masses: Floats = field(default_factory=lambda: np.array([1.0]))

    def quantile(self, q: float) -> float:
        """The place below which the share q of the density lies."""
        return float(np.interp(q, np.concatenate([[0.0], np.cumsum(self.masses)]), self.edges))

    @property
    def interval(self) -> tuple[float, float]:
        """The central 95 %, up to the next edges: within a part the density is known to be there, and no more."""
        below = np.concatenate([[0.0], np.cumsum(self.masses)])
        low, high = int(np.searchsorted(below, 0.025, "right")) - 1, int(np.searchsorted(below, 0.975))
        return float(self.edges[low]), float(self.edges[min(high, len(self.masses))])

    @property
    def width(self) -> float:
        low, high = self.interval
        return high - low

    def learn(self, x: float, left: bool, certainty: float) -> None:
        """Take in an answer about x."""
        if x not in self.edges:
            k = int(np.searchsorted(self.edges, x)) - 1
            left_part = self.masses[k] * (x - self.edges[k]) / (self.edges[k + 1] - self.edges[k])
            self.masses = np.insert(self.masses, k, left_part)
            self.masses[k + 1] -= left_part
            self.edges = np.insert(self.edges, k + 1, x)
        on_left = self.edges[1:] <= x
        self.masses *= np.where(on_left == left, certainty, 1.0 - certainty)
        self.masses /= self.masses.sum()
