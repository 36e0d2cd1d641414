"""Where a branch changes: found between two values of the parameter, and located by bisection."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from ...arrays import Flags, Floats, Integers
from .attractor import SAME, Advance, extremes, size
from .following import Pass, held, moved, settled

Way = Literal["up", "down"]
Kind = Literal["jump", "period doubling", "oscillation", "period"]

OUTLIER = 5.0
"""A step whose extremes move by more than this many times the median step is looked at for a jump."""


@dataclass(frozen=True)
class Change:
    """One replica changes its attractor between two values of the parameter.

    way: the pass on which it was found. kind: `jump`, it does not come back when the parameter does, as behind a fold;
    `period doubling`, also the way back; `oscillation`, between rest and a motion that the record does not show as
    periodic; `period` for all else. low, high: between which values it lies. Critical slowing can end the bisection
    early; the change then still lies between them. before, after: the periods, in the order of the pass.
    """

    way: Way
    replica: int
    kind: Kind
    low: float
    high: float
    before: int
    after: int

    @property
    def value(self) -> float:
        """The middle between low and high."""
        return (self.low + self.high) / 2.0


def changes(advance: Advance, course: Pass, way: Way, width: float, patience: int) -> list[Change]:
    """All changes of a pass, each located to `width`; in the order of the pass, then of replicas."""
    steps, replicas = np.nonzero(_suspect(course))
    if not len(steps):
        return []
    back = _comes_back(advance, course, steps, replicas, patience)
    before, after = course.periods[steps, replicas], course.periods[steps + 1, replicas]
    real = (before != after) | ~back
    steps, replicas, back, before, after = (x[real] for x in (steps, replicas, back, before, after))
    near, far = _located(advance, course, (steps, replicas), (before, after), back, width, patience)
    return [
        Change(way, int(r), _kind(int(b), int(a), bool(c)), float(min(x, y)), float(max(x, y)), int(b), int(a))
        for r, b, a, c, x, y in zip(replicas, before, after, back, near, far, strict=True)
    ]


def _suspect(course: Pass) -> Flags:
    """The steps of a pass that have to be looked at, (V − 1, R): another period, or extremes that move by far more than
    they usually do."""
    ends = np.stack([course.low, course.high], axis=1)
    sizes = size(ends.reshape(-1, *ends.shape[2:]))
    by = np.stack([moved(a, b, sizes) for a, b in pairwise(ends)])
    jumps = (by > OUTLIER * np.median(by, axis=0)) & (by > SAME)
    return (course.periods[:-1] != course.periods[1:]) | jumps


def _comes_back(advance: Advance, course: Pass, steps: Integers, replicas: Integers, patience: int) -> Flags:
    """Whether the states after each of the steps return to the attractor before it if the parameter does."""
    returned, _ = settled(advance, course.values[steps], course.states[steps + 1, :, replicas].T, patience)
    ends = np.stack([course.low[steps, :, replicas].T, course.high[steps, :, replicas].T])
    return moved(ends, extremes(returned.record), size(np.concatenate([ends, returned.record]))) <= 100.0 * SAME


def _kind(before: int, after: int, back: bool) -> Kind:
    if not back:
        return "jump"
    low, high = sorted((before, after))
    if low > 0 and high == 2 * low:
        return "period doubling"
    return "oscillation" if (low, high) == (0, 1) else "period"


def _located(
    advance: Advance, course: Pass, where: tuple[Integers, Integers], cycles: tuple[Integers, Integers], back: Flags,
    width: float, patience: int,
) -> tuple[Floats, Floats]:
    """The last value at which the branch before each change was found, and the first at which it was not, (C,) each.

    The states are those of the branch, carried along with its end. A cycle of n moments also repeats after 2n, so the
    shorter of two periods is watched if it divides the longer one: whether it goes on, or whether it begins.
    """
    (steps, replicas), (before, after) = where, cycles
    near, far = course.values[steps].copy(), course.values[steps + 1].copy()
    states = course.states[steps, :, replicas].T.copy()
    ends = (after > 0) & ((before == 0) | ((before % np.maximum(after, 1) == 0) & (before != after)))
    watched = np.where(ends, after, np.maximum(before, 1))
    active = np.arange(len(near))
    while len(active := active[np.abs(far[active] - near[active]) > width]):
        middle = (near[active] + far[active]) / 2.0
        verdict, arrived = held(advance, watched[active], middle, states[:, active], patience)
        stays = np.where(ends[active], -verdict, verdict)
        jumps = np.flatnonzero(~back[active] & (stays != 0))
        if len(jumps):  # a rest beyond a fold is a rest too: only the way back tells one branch from the other
            some, there = active[jumps], arrived.states[:, jumps]
            there = settled(advance, middle[jumps], there, patience)[0].states
            stays[jumps] = np.where(_same_branch(advance, near[some], states[:, some], there, patience), 1, -1)
        on, off = active[stays == 1], active[stays == -1]
        near[on], states[:, on] = middle[stays == 1], arrived.states[:, stays == 1]
        far[off] = middle[stays == -1]
        active = active[stays != 0]
    return near, far


def _same_branch(advance: Advance, parameters: Floats, states: Floats, others: Floats, patience: int) -> Flags:
    """Whether both states lead to the same attractor at these parameters."""
    (a, _), (b, _) = (settled(advance, parameters, start, patience) for start in (states, others))
    sizes = size(np.concatenate([a.record, b.record]))
    return moved(extremes(a.record), extremes(b.record), sizes) <= 100.0 * SAME
