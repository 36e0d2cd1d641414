"""A parameter up and down with the states carried over: branches, where they change, and hysteresis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ...arrays import Flags
from ...errors import InputError
from .attractor import SAME, Advance, moved, size
from .changes import Change, changes
from .following import Pass, followed
from .scale import Scale

__all__ = ["Change", "Continuation", "Pass", "continuation"]

@dataclass(frozen=True)
class Continuation:
    """Both passes, and what changed on the way.

    up: from the lowest value to the highest; down: back, starting from the states that up ended with. changes: of all
    replicas, in the order of the passes. bistable (V, R): by ascending value, whether both passes are on different
    attractors there.
    """

    up: Pass
    down: Pass
    changes: tuple[Change, ...]
    bistable: Flags

    def hysteresis(self, replica: int) -> tuple[float, float] | None:
        """The range of values in which the way matters: from the jump on the way down to the jump on the way up, the
        outermost of each; None without such a range."""
        at: dict[Literal["up", "down"], list[float]] = {"up": [], "down": []}
        for change in self.changes:
            if change.replica == replica and change.kind == "jump":
                at[change.way].append(change.value)
        if not at["up"] or not at["down"] or min(at["down"]) >= max(at["up"]):
            return None
        return min(at["down"]), max(at["up"])


def continuation(
    advance: Advance, values: ArrayLike, states: ArrayLike, *, tolerance: float = 1e-6, patience: int = 20,
    log: bool = False,
) -> Continuation:
    """Follow the attractors from these states (d, R) over the values (V,), up and then down.

    At every value the stretch `advance` is repeated until the extremes of its record have settled, at most `patience`
    times. A change between two values is located by bisection, with the states of the branch that is followed, down to
    `tolerance` times the range of values (with `log`, of their logarithms), or until critical slowing leaves the
    question open (see `Change`).

    A change is one of the period, or a jump: a step after which the states do not come back when the parameter does.
    A pair of changes between two neighbouring values counts as one, or as none if the second undoes the first.
    """
    grid, start = np.asarray(values, dtype=float), np.asarray(states, dtype=float)
    if grid.ndim != 1 or len(grid) < 3 or not (np.isfinite(grid).all() and (np.diff(grid) > 0.0).all()):
        raise InputError("values: expected three or more numbers in ascending order")
    if start.ndim != 2:
        raise InputError(f"states: expected an array (variables, replicas), got shape {start.shape}")
    up = followed(advance, grid, start, patience)
    down = followed(advance, grid[::-1], up.states[-1], patience)
    scale = Scale(float(grid[0]), float(grid[-1]), log)
    found = (
        *changes(advance, up, "up", scale, tolerance, patience),
        *changes(advance, down, "down", scale, tolerance, patience),
    )
    return Continuation(up, down, found, _bistable(up, down))


def _bistable(up: Pass, down: Pass) -> Flags:
    back = np.stack([down.low[::-1], down.high[::-1]], axis=1)
    there = np.stack([up.low, up.high], axis=1)
    sizes = size(np.concatenate([up.low, up.high, down.low, down.high]))
    same = [moved(a, b, sizes) <= 100.0 * SAME for a, b in zip(there, back, strict=True)]
    open_yet = up.lost | down.lost[::-1] | up.drifting | down.drifting[::-1]
    return ~(np.stack(same) | open_yet)
