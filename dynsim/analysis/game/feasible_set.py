"""Feasible sets: the product of the spaces in which controlled numbers may lie, for searches over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ...algebra.value import components
from ...arrays import Floats
from ...errors import InputError
from ...system.model import Model, Space

CORNERS = 32  # up to this number all corners are starts, beyond it as many random ones


@dataclass(frozen=True)
class FeasibleSet:
    """The product of the spaces of some slots. names: the slots, (d,). parts: the space of every variable, with the
    positions of its components in `names`."""

    names: tuple[str, ...]
    parts: tuple[tuple[Space, tuple[int, ...]], ...]

    @staticmethod
    def of(model: Model | None, names: Sequence[str]) -> FeasibleSet:
        """The feasible set of these slots. InputError for a population, and for only a part of a simplex."""
        place = {name: k for k, name in enumerate(names)}
        parts: list[tuple[Space, tuple[int, ...]]] = []
        for variable in () if model is None else model.variables.values():
            symbols = [str(e.name) for e in components(variable.symbols)]
            mine = tuple(place.pop(name) for name in symbols if name in place)
            if mine and variable.population:
                raise InputError(f"{variable.name!r} is a population: searches only go through variables of one number")
            if mine and variable.space.kind == "simplex" and len(mine) < len(symbols):
                raise InputError(f"only a part of the simplex {variable.name!r} is controlled: it cannot be searched")
            if mine:
                parts.append((variable.space, mine))
        if place:
            parts.append((Space(), tuple(place.values())))
        return FeasibleSet(tuple(names), tuple(parts))

    def project(self, x: Floats) -> Floats:
        """The nearest feasible points. x: (d, …)."""
        result = x.copy()
        for space, mine in self.parts:
            rows = list(mine)
            if space.kind == "box":
                result[rows] = np.clip(x[rows], space.low, space.high)
            elif space.kind == "simplex":
                result[rows] = onto_simplex(x[rows])
        return result

    def least(self, slopes: Floats) -> Floats | None:
        """min Σ_k slope_k x_k over the set, (…). slopes: (d, …). None for an unbounded set."""
        parts = []
        for space, mine in self.parts:
            rows = slopes[list(mine)]
            if space.kind == "simplex":
                parts.append(rows.min(axis=0))
            elif space.kind == "box" and space.low is not None and space.high is not None:
                parts.append(np.minimum(space.low * rows, space.high * rows).sum(axis=0))
            else:
                return None
        return np.sum(parts, axis=0)

    def starts(self, x: Floats, count: int) -> Floats:
        """Starts of a search, (d, S, …): x itself, corners of the bounded parts (all else as in x), and `count` random
        points, which do not depend on the number of replicas. Random points are uniform on simplices, circles and
        bounded boxes, elsewhere normal around x with the standard deviation 1 + |x|."""
        rng = np.random.default_rng(0)
        found = [x]
        for corner in self._corners(rng):
            point = x.copy()
            for rows, values in corner:
                point[rows] = values.reshape(-1, *[1] * (x.ndim - 1))
            found.append(point)
        for _ in range(count):
            point = x + (1.0 + np.abs(x)) * rng.normal(size=(len(x), *[1] * (x.ndim - 1)))
            for space, mine in self.parts:
                anywhere = _anywhere(space, len(mine), rng)
                if anywhere is not None:
                    point[list(mine)] = anywhere.reshape(-1, *[1] * (x.ndim - 1))
            found.append(self.project(point))
        return np.stack(found, axis=1)

    def _corners(self, rng: np.random.Generator) -> list[list[tuple[list[int], Floats]]]:
        choices = []
        for space, mine in self.parts:
            if space.kind == "simplex":
                choices.append([(list(mine), corner) for corner in np.eye(len(mine))])
            elif space.kind == "box" and space.low is not None and space.high is not None:
                choices += [[([k], np.array([end])) for end in (space.low, space.high)] for k in mine]
        if not choices:
            return []
        if np.prod([float(len(c)) for c in choices]) <= CORNERS:
            return [list(corner) for corner in product(*choices)]
        return [[options[rng.integers(len(options))] for options in choices] for _ in range(CORNERS)]


def _anywhere(space: Space, size: int, rng: np.random.Generator) -> Floats | None:
    """A uniform random point of a bounded space; None for an unbounded one."""
    if space.kind == "simplex":
        return rng.dirichlet(np.ones(size))
    if space.kind == "circle":
        return rng.uniform(-np.pi, np.pi, size)
    if space.kind == "box" and space.low is not None and space.high is not None:
        return rng.uniform(space.low, space.high, size)
    return None


def onto_simplex(x: Floats) -> Floats:
    """The nearest points of the simplex, max(x_k − τ, 0) (Held, Wolfe & Crowder 1974). x: (d, …)."""
    ordered = -np.sort(-x, axis=0)
    ranks = np.arange(1, len(x) + 1).reshape(-1, *[1] * (x.ndim - 1))
    threshold = ((np.cumsum(ordered, axis=0) - 1.0) / ranks).max(axis=0)
    return np.maximum(x - threshold, 0.0)
