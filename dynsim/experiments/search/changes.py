"""Where a branch changes: found between two values of the parameter, and located by bisection."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from ...arrays import Flags, Floats, Integers
from .attractor import SAME, Advance, extremes, finite, moved, of_replicas, size
from .following import Pass, held, settled
from .scale import Scale

Way = Literal["up", "down"]
Kind = Literal["jump", "period doubling", "oscillation", "period", "divergence", "return"]

OUTLIER = 5.0
"""A step whose extremes move by more than this many times the median step is looked at for a jump."""


@dataclass(frozen=True)
class Change:
    """One replica changes its attractor between two values of the parameter.

    way: the pass on which it was found. kind: `jump`, it does not come back when the parameter does, as behind a fold;
    `period doubling`, also the way back; `oscillation`, between rest and a motion that the record does not show as
    periodic; `divergence`, it leaves the finite numbers; `return`, it comes back to them; `period` for all else. low,
    high: between which values it lies. value: the middle. Critical slowing can end the bisection early; the change then
    still lies between them. before, after: the periods, in the order of the pass.
    """

    way: Way
    replica: int
    kind: Kind
    value: float
    low: float
    high: float
    before: int
    after: int


def changes(advance: Advance, course: Pass, way: Way, scale: Scale, tolerance: float, patience: int) -> list[Change]:
    """All changes of a pass, each located to `tolerance` times the scale; in the order of the pass, then of
    replicas."""
    steps, replicas = np.nonzero(_suspect(course))
    if not len(steps):
        return []
    back = _comes_back(advance, course, steps, replicas, patience)
    before, after = course.periods[steps, replicas], course.periods[steps + 1, replicas]
    was, becomes = course.lost[steps, replicas], course.lost[steps + 1, replicas]
    slow = course.drifting[steps, replicas] | course.drifting[steps + 1, replicas]
    real = ((before != after) & ~slow) | ~back | was | becomes
    steps, replicas, back, before, after, was, becomes = (
        x[real] for x in (steps, replicas, back, before, after, was, becomes)
    )
    near, far = _Location(advance, course, steps, replicas, back, was | becomes, scale).found(tolerance, patience)
    kinds = map(_kind, before.tolist(), after.tolist(), back.tolist(), was.tolist(), becomes.tolist())
    return [
        Change(way, int(r), kind, float(scale.middle(x, y)), float(min(x, y)), float(max(x, y)), int(b), int(a))
        for r, kind, x, y, b, a in zip(replicas, kinds, near, far, before, after, strict=True)
    ]


def _suspect(course: Pass) -> Flags:
    """The steps of a pass that have to be looked at, (V − 1, R): another period, or extremes that move by far more than
    they usually do."""
    ends = np.stack([course.low, course.high], axis=1)
    sizes = size(ends.reshape(-1, *ends.shape[2:]))
    by = np.stack([moved(a, b, sizes) for a, b in pairwise(ends)])
    lost = course.lost
    jumps = (by > OUTLIER * np.median(by, axis=0)) & (by > SAME) & ~lost[:-1] & ~lost[1:]
    other = (course.periods[:-1] != course.periods[1:]) & ~course.drifting[:-1] & ~course.drifting[1:]
    return other | jumps | (lost[:-1] != lost[1:])


def _comes_back(advance: Advance, course: Pass, steps: Integers, replicas: Integers, patience: int) -> Flags:
    """Whether the states after each of the steps return to the attractor before it if the parameter does, as far as
    `patience` tells."""
    again, which = np.unique(steps, return_inverse=True)
    returned = settled(advance, course.values[again], course.states[again + 1], patience)
    record = of_replicas(returned.course.record[:, which], replicas)
    ends = np.stack([course.low[steps, :, replicas].T, course.high[steps, :, replicas].T])
    same = moved(ends, extremes(record), size(np.concatenate([ends, record]))) <= 100.0 * SAME
    # Exactly at a bifurcation the way back takes for ever: what is still on its way has not failed to arrive.
    return np.asarray(same | returned.drifting[which, replicas])


def _kind(before: int, after: int, back: bool, was_lost: bool, is_lost: bool) -> Kind:
    if was_lost or is_lost:
        return "return" if was_lost else "divergence"
    if not back:
        return "jump"
    low, high = sorted((before, after))
    if low > 0 and high == 2 * low:
        return "period doubling"
    return "oscillation" if (low, high) == (0, 1) else "period"


class _Location:
    """Locates changes, each by bisection with the states of the branch, carried along with its end.

    near, far (C,): the last value at which the branch before each change was found, and the first at which it was not.
    A cycle of n moments also repeats after 2n, so the shorter of two periods is watched if it divides the longer one:
    whether it goes on, or whether it begins.
    """

    def __init__(
        self, advance: Advance, course: Pass, steps: Integers, replicas: Integers, back: Flags, lost: Flags,
        scale: Scale,
    ) -> None:
        self.scale = scale
        self.advance, self.replicas, self.back, self.lost = advance, replicas, back, lost
        self.near, self.far = course.values[steps].copy(), course.values[steps + 1].copy()
        self.states = course.states[steps]
        before, after = course.periods[steps, replicas], course.periods[steps + 1, replicas]
        self.alive = ~course.lost[steps, replicas]
        self.ends = (after > 0) & ((before == 0) | ((before % np.maximum(after, 1) == 0) & (before != after)))
        self.watched = np.where(self.ends, after, np.maximum(before, 1))

    def found(self, tolerance: float, patience: int) -> tuple[Floats, Floats]:
        """near and far, as close together as asked, or until critical slowing leaves the question open."""
        active = np.arange(len(self.near))
        while len(active := active[self.scale.width(self.near[active], self.far[active]) > tolerance]):
            middle = self.scale.middle(self.near[active], self.far[active])
            stays, arrived = self._stays(active, middle, patience)
            on, off = stays == 1, stays == -1
            self.near[active[on]], self.states[active[on]] = middle[on], arrived[on]
            self.far[active[off]] = middle[off]
            active = active[stays != 0]
        return self.near, self.far

    def _stays(self, active: Integers, middle: Floats, patience: int) -> tuple[Integers, Floats]:
        """Whether the branch is found at these values: 1 yes, −1 no, 0 open; and the states (C, d, R) there."""
        stays, arrived = np.zeros(len(active), dtype=np.int64), self.states[active].copy()
        lost = self.lost[active]
        if lost.any():
            some = active[lost]
            course = settled(self.advance, middle[lost], self.states[some], patience).course
            finite_now = finite(of_replicas(course.record, self.replicas[some]))
            stays[lost], arrived[lost] = np.where(finite_now == self.alive[some], 1, -1), course.states
        if not lost.all():
            some = active[~lost]
            verdict, states = held(
                self.advance, self.watched[some], middle[~lost], self.states[some], self.replicas[some], patience
            )
            verdict = np.where(self.ends[some], -verdict, verdict)
            stays[~lost], arrived[~lost] = self._on_branch(some, middle[~lost], verdict, states, patience), states
        return stays, arrived

    def _on_branch(
        self, some: Integers, middle: Floats, verdict: Integers, states: Floats, patience: int
    ) -> Integers:
        """The verdict, which for jumps is decided anew: a rest beyond a fold is a rest too, and only the way back tells
        one branch from the other."""
        jumps = np.flatnonzero(~self.back[some] & (verdict != 0))
        if len(jumps):
            own = some[jumps]
            there = settled(self.advance, middle[jumps], states[jumps], patience).course.states
            same = _same_branch(
                self.advance, self.near[own], self.states[own], there, self.replicas[own], patience
            )
            verdict[jumps] = np.where(same, 1, -1)
        return verdict


def _same_branch(
    advance: Advance, parameters: Floats, states: Floats, others: Floats, replicas: Integers, patience: int
) -> Flags:
    """Whether one replica of each cell reaches the same attractor from both states."""
    a, b = (
        of_replicas(settled(advance, parameters, start, patience).course.record, replicas) for start in (states, others)
    )
    return moved(extremes(a), extremes(b), size(np.concatenate([a, b]))) <= 100.0 * SAME
