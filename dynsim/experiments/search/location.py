"""What is known about where a threshold lies: a density on the unit interval."""

from __future__ import annotations

import numpy as np

from ...arrays import Floats


class Location:
    """A piecewise constant density, uniform at first.

    An answer "the threshold lies left (right) of x" that is right with probability p multiplies the density on that
    side by p and on the other by 1 − p (Horstein 1963). Where answers are right more often than p, the density is
    wider than it would have to be.
    """

    def __init__(self) -> None:
        self.edges: Floats = np.array([0.0, 1.0])
        self.masses: Floats = np.array([1.0])

    def quantile(self, q: float) -> float:
        """The place below which the share q of the density lies."""
        return float(np.interp(q, np.concatenate([[0.0], np.cumsum(self.masses)]), self.edges))

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
