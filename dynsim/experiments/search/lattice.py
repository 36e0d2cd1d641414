"""Points of the unit square that have been evaluated, and to which side of a boundary each belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from ...arrays import Array, Floats
from .scale import Scale

Node = tuple[int, int]
ABOVE, BELOW, FAILED = "above", "below", "failed"


@dataclass(frozen=True)
class Measured:
    """What points showed. values (K,): numbers, or categories of any kind that can be compared. errors (K,): standard
    errors of numbers; None where they are exact."""

    values: Array
    errors: Floats | None = None


Evaluate = Callable[[Floats], Measured]
"""evaluate(points (K, 2)) → what each of them showed."""


class Lattice:
    """The square as `size` × `size` steps between integer nodes, evaluated where it is asked for, each node once.

    level: a number splits the values into `above` (the level and more) and `below`; without one, values are categories.
    A value that is not a number makes a category of its own, `failed`.
    """

    def __init__(self, evaluate: Evaluate, scales: tuple[Scale, Scale], size: int, level: float | None) -> None:
        self.evaluate, self.scales, self.size, self.level = evaluate, scales, size, level
        self.side: dict[Node, str] = {}
        self.excess: dict[Node, float] = {}
        self.error: dict[Node, float] = {}

    def need(self, nodes: Iterable[Node]) -> None:
        """Evaluate these nodes, as far as they are new, in one call."""
        new = sorted({node for node in nodes if node not in self.side})
        if not new:
            return
        measured = self.evaluate(self.points(np.array(new, dtype=float)))
        errors = np.zeros(len(new)) if measured.errors is None else measured.errors
        for node, value, error in zip(new, measured.values.tolist(), errors.tolist(), strict=True):
            if self.level is None:
                self.side[node] = str(value)
                continue
            excess = value - self.level
            self.side[node] = FAILED if np.isnan(excess) else ABOVE if excess >= 0.0 else BELOW
            self.excess[node], self.error[node] = excess, error

    def points(self, places: Floats) -> Floats:
        """The values of both parameters at places (K, 2), counted in steps."""
        x, y = (scale.at(places[:, k] / self.size) for k, scale in enumerate(self.scales))
        return np.stack([x, y], axis=1)
