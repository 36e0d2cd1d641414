"""Points that a search for a threshold has evaluated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Array


@dataclass(frozen=True)
class Visit:
    """A point that was evaluated: its value, the number of replicas there, and their mean."""

    value: float
    replicas: int
    mean: float


class Point:
    """A place in the unit interval with what its replicas showed."""

    def __init__(self, u: float, value: float, share: bool) -> None:
        self.u, self.value = u, value
        self.shown: Array = np.empty(0, dtype=bool if share else float)

    def visit(self) -> Visit:
        finite = self.finite
        return Visit(self.value, len(self.shown), float(finite.mean()) if len(finite) else np.nan)

    @property
    def finite(self) -> Array:
        finite: Array = self.shown[np.isfinite(self.shown)]
        return finite
