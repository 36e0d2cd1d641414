"""The faces of the spaces in which controlled numbers may lie: where a search stays, and what holds it there."""

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

MOST = 256
INSIDE = 1e-9  # of a bounded interval, or of a share: what is nearer to its end is on it

Held = dict[int, tuple[float, int]]
"""By number: the bound that it is at, and 1 where it could only grow from there, −1 where it could only fall."""


@dataclass(frozen=True)
class Face:
    """A product of faces: some numbers at their bounds, some shares 0, all others free.

    held: box bounds. supports: of every simplex, the shares that are not 0. absent: those that are 0, with the place of
    their simplex among the supports.
    """

    feasible: FeasibleSet
    held: Held
    supports: tuple[tuple[int, ...], ...]
    absent: dict[int, int]

    @cached_property
    def basis(self) -> Floats:
        """Orthonormal directions along the face, (d, m), each within one variable."""
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
        """A point of the face near x, (d,)."""
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
        """Whether x lies inside the face, and not on its edge."""
        for space, mine in self.feasible.parts:
            if space.kind == "box":
                for k in mine:
                    if k not in self.held and not _between(space, float(x[k])):
                        return False
        return all((x[list(support)] > INSIDE).all() for support in self.supports)

    @property
    def off(self) -> list[int]:
        """The numbers that are held on the face."""
        return [*self.held, *self.absent]

    def pushes(self, slopes: Floats) -> Floats:
        """How much each objective grows off the face, by the numbers of `off`: at an equilibrium all are at least 0."""
        found = [side * slopes[k] for k, (_, side) in self.held.items()]
        levels = [slopes[list(support)].mean() for support in self.supports]
        found += [slopes[k] - levels[simplex] for k, simplex in self.absent.items()]
        return np.array(found)


def faces(feasible: FeasibleSet) -> list[Face]:
    """All faces, the interior first. InputError where there are more than MOST."""
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
"""What is held, the support, and the shares that are absent, of one variable."""


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
