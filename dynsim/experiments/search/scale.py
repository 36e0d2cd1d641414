"""The range of a parameter as the unit interval, in which searches work."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...arrays import Floats
from ...errors import InputError


@dataclass(frozen=True)
class Scale:
    """A range from low to high. 0 stands for `low` and 1 for `high`, in between linearly, or in the logarithm."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise InputError(f"expected a range from a smaller to a larger number, got {self.low:g} to {self.high:g}")
        if self.log and self.low <= 0.0:
            raise InputError(f"a logarithmic range is positive, got {self.low:g} to {self.high:g}")

    def at(self, u: ArrayLike) -> Floats:
        """The values at these places of the unit interval; exact at both ends."""
        place = np.asarray(u, dtype=float)
        if not self.log:
            return (1.0 - place) * self.low + place * self.high
        inside = np.exp((1.0 - place) * math.log(self.low) + place * math.log(self.high))
        return np.where(place == 0.0, self.low, np.where(place == 1.0, self.high, inside))

    def middle(self, a: ArrayLike, b: ArrayLike) -> Floats:
        """The values halfway between a and b."""
        x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
        return np.sqrt(x) * np.sqrt(y) if self.log else (x + y) / 2.0

    def width(self, a: ArrayLike, b: ArrayLike) -> Floats:
        """How far a and b lie apart, as a part of the range."""
        ends = np.asarray([a, b]), np.asarray([self.low, self.high])
        part, whole = (np.diff(np.log(x) if self.log else x, axis=0)[0] for x in ends)
        return np.abs(part / whole)
