"""The faces of a feasible set: which numbers are at a bound, and the directions that are left to move in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np

from ...arrays import Floats
from ...errors import InputError
from ...system.model import Space
from .feasible_set import FeasibleSet

MOST = 256  # faces
INSIDE = 1e-9  # of 1 + |bound|, or of a share: numbers nearer to a bound are at it

Held = dict[int, tuple[float, int]]
"""By the position of a number: its bound, and 1 at a lower bound (it can only grow), −1 at an upper one."""


@dataclass(frozen=True)
class Face:
    """A face of a feasible set: some numbers are at their bounds, some shares are 0, all others are free.

    held: the numbers at box bounds. supports: for every simplex, the positions of its nonzero shares. absent: the
    positions of zero shares, with the index of their simplex in `supports`.
    """

    feasible: FeasibleSet
    held: Held
    supports: tuple[tuple[int, ...], ...]
    absent: dict[int, int]

    @cached_property
    def basis(self) -> Floats:
        """Orthonormal tangent directions of the face, (d, m), each within one variable."""
        d = len(self.feasible.names)
        columns = []
        mixed = {k for support in self.supports for k in support}
        for k in range(d):
            if k not in self.held and k not in self.absent and k not in mixed:
                columns.append(np.eye(d)[k])
        for support in self.supports:
            for j in range(1, len(support)):  # Helmert's contrasts
                column = np.zeros(d)
                column[list(support[:j])], column[support[j]] = 1.0, -j
                columns.append(column / np.sqrt(j * (j + 1)))
        return np.stack(columns, axis=1) if columns else np.zeros((d, 0))

    def placed(self, x: Floats) -> Floats:
        """A point of the face that is near x, (d,)."""
        result = self.feasible.project(x)
        for k, (bound, _) in self.held.items():
            result[k] = bound
        result[list(self.absent)] = 0.0
        for support in self.supports:
            rows = list(support)
            shares = np.maximum(x[rows], 0.0)
            result[rows] = shares / shares.sum() if shares.sum() > INSIDE else 1.0 / len(rows)
        return result

    def holds(self, x: Floats) -> bool:
        """Whether x lies in the relative interior of the face."""
        for space, mine in self.feasible.parts:
            if space.kind == "box":
                for k in mine:
                    if k not in self.held and not _between(space, float(x[k])):
                        return False
        return all((x[list(support)] > INSIDE).all() for support in self.supports)

    @property
    def off(self) -> list[int]:
        """The positions of the numbers that hold x on the face: those at bounds and the zero shares."""
        return [*self.held, *self.absent]

    def pushes(self, slopes: Floats) -> Floats:
        """By the numbers of `off`: the objective's slope off the face, at least 0 for all at an equilibrium."""
        found = [side * slopes[k] for k, (_, side) in self.held.items()]
        levels = [slopes[list(support)].mean() for support in self.supports]
        found += [slopes[k] - levels[simplex] for k, simplex in self.absent.items()]
        return np.array(found)


def faces(feasible: FeasibleSet) -> list[Face]:
    """All faces, the interior first. InputError if there are more than MOST."""
    count = 1.0
    for space, mine in feasible.parts:
        ends = (space.low is not None) + (space.high is not None)
        count *= 2.0 ** len(mine) - 1.0 if space.kind == "simplex" else (1.0 + ends) ** len(mine)
    if count > MOST:
        raise InputError(
            f"the spaces of what is controlled have {count:,.0f} faces, and equilibria are only looked for on {MOST}"
        )
    found = [_joined(feasible, parts) for parts in product(*(list(_options(*part)) for part in feasible.parts))]
    return sorted(found, key=lambda face: len(face.held) + len(face.absent))


Part = tuple[Held, tuple[int, ...], tuple[int, ...]]
"""Of one variable: the numbers at bounds, the support, and the zero shares."""


def _options(space: Space, mine: tuple[int, ...]) -> Iterator[Part]:
    if space.kind == "simplex":
        for size in range(len(mine), 0, -1):
            for support in combinations(mine, size):
                yield {}, support, tuple(k for k in mine if k not in support)
    elif space.kind == "box":
        ends = [(bound, side) for bound, side in ((space.low, 1), (space.high, -1)) if bound is not None]
        for chosen in product([None, *ends], repeat=len(mine)):
            yield {k: end for k, end in zip(mine, chosen, strict=True) if end is not None}, (), ()
    else:
        yield {}, (), ()


def _joined(feasible: FeasibleSet, parts: tuple[Part, ...]) -> Face:
    held: Held = {}
    supports: list[tuple[int, ...]] = []
    absent: dict[int, int] = {}
    for mine, support, missing in parts:
        held |= mine
        if support:
            absent |= dict.fromkeys(missing, len(supports))
            supports.append(support)
    return Face(feasible, held, tuple(supports), absent)


def _between(space: Space, x: float) -> bool:
    room = INSIDE * (1.0 + max(abs(space.low or 0.0), abs(space.high or 0.0)))
    return (space.low is None or x > space.low + room) and (space.high is None or x < space.high - room)
