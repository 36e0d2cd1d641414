"""An attractor followed while a parameter changes: the states of one value are the start of the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import Flags, Floats, Integers
from .attractor import (
    SMALL,
    Advance,
    Course,
    expect_moments,
    extremes,
    finite,
    gaps,
    moved,
    of_replicas,
    periods,
    size,
)

KICK = 1e-6
"""Of a variable's size: how far states are moved before they go on. A state that sits exactly on an equilibrium would
stay there after it has become unstable."""

SETTLED = 1e-6
"""Of a variable's size: extremes that change by less from one stretch to the next have settled."""

DRIFT = 0.5
"""Of the range of a record: a state whose extremes move by more than that from one stretch to the next goes one way."""

FLOOR = 1e-12
"""Of a variable's size: gaps of a cycle below this are rounding."""

TREND = 1e-5
"""A change of ln(gap) over a third of a record that is less than this is none."""

LARGE = 1e-2
"""Of a variable's size: gaps above this are not those of a cycle that is nearly reached."""

STEADY = 0.02
"""Large gaps whose greatest value changes by no more than this part of it over STRETCHES stretches do not shrink."""

STRETCHES = 4
"""How many stretches that takes."""

SAMPLED = 0.03
"""The same as TREND where gaps go up and down, as in a rotation, whose turning points lie between moments of the
record."""

ALIKE = 3.0
"""Trends that differ by more than this factor between one third of a record and the next tell nothing: they come from
where a rotation happens to be when the record ends."""

SLOWING = 0.4
"""Gaps D that shrink at the rate r = −d ln D/dt come to an end at a cycle if r² falls more slowly than D. Where a cycle
is about to appear, D is ε + r²/4a with ε > 0: r² falls as fast as D, or faster. Over two thirds of a record that is
(D₃/D₁)^½; a little less leaves the border itself open."""


@dataclass(frozen=True)
class Pass:
    """One pass over V values of the parameter, in their order.

    states (V, d, R): with which each value ended (see `Course`). low, high (V, d, R): extremes over its record.
    periods (V, R): 1 at rest, n for a cycle of n moments of the record, 0 for neither. settled, drifting (V, R): see
    `Settled`.
    """

    values: Floats
    states: Floats
    low: Floats
    high: Floats
    periods: Integers
    settled: Flags
    drifting: Flags

    @property
    def lost(self) -> Flags:
        """Where replicas diverged, or failed, (V, R)."""
        return np.asarray(~np.isfinite(self.low + self.high).all(axis=1))


def followed(advance: Advance, values: Floats, states: Floats, patience: int) -> Pass:
    """The pass over these values from these states (d, R)."""
    rows = []
    for value in values:
        end = settled(advance, np.array([value]), states[None], patience)
        states, record = end.course.states[0], end.course.record[:, 0]
        expect_moments(record)
        rows.append((states, *extremes(record), periods(record), end.still[0], end.drifting[0]))
    return Pass(values, *(np.stack(column) for column in zip(*rows, strict=True)))


@dataclass(frozen=True)
class Settled:
    """Where states end. course: the last stretch. still, drifting (C, R): whether the extremes have settled, or still
    move by about as much as the state itself does: a slow approach, and no motion that goes on."""

    course: Course
    still: Flags
    drifting: Flags


def settled(advance: Advance, parameters: Floats, states: Floats, patience: int) -> Settled:
    """Of cells with these parameters (C,) and states (C, d, R), the first stretch whose extremes are those of the
    stretch before, at most `patience` of them."""
    first = advance(parameters, kicked(states))
    states, record = first.states.copy(), first.record.copy()
    still, drifting = np.zeros((2, len(parameters), states.shape[-1]), dtype=bool)
    left = np.arange(len(parameters))
    for _ in range(patience - 1):
        left = left[(finite(record[:, left]) & ~still[left]).any(axis=-1)]
        if not len(left):
            break
        before, course = extremes(record[:, left]), advance(parameters[left], states[left])
        states[left], record[:, left] = course.states, course.record
        after, sizes = extremes(course.record), size(course.record)
        by = moved(before, after, sizes)
        still[left] = by <= SETTLED
        drifting[left] = (by > SETTLED) & (by >= DRIFT * ((after[1] - after[0]) / sizes).max(axis=-2))
    return Settled(Course(states, record), still, drifting)


def kicked(states: Floats) -> Floats:
    """The states (C, d, R) with neighbouring variables moved in opposite directions."""
    signs = np.where(np.arange(states.shape[-2]) % 2, -1.0, 1.0)[:, None]
    sizes = size(states[None])
    return states + KICK * signs * np.where(sizes > SMALL, sizes, 1.0)


def held(
    advance: Advance, cycles: Integers, parameters: Floats, states: Floats, replicas: Integers, patience: int
) -> tuple[Integers, Floats]:
    """Whether one replica of each cell ends on a cycle of its period (C,): 1 yes, −1 no, 0 open after `patience`
    stretches; and the states (C, d, R) then.

    Near a bifurcation a cycle is approached, or left, ever more slowly. So the trend of the gaps |x(k + n) − x(k)|
    decides, not their size: they shrink exponentially towards a cycle, and grow where it has lost its stability. Where
    a cycle has just vanished, its ghost holds the state for a while: gaps shrink more and more slowly there, and the
    question stays open until they grow.
    """
    course = advance(parameters, kicked(states))
    record = of_replicas(course.record, replicas)
    sizes = size(record)
    verdict, largest = _trend(record, cycles, sizes)
    history = [largest]
    for _ in range(patience - 1):
        if verdict.all():
            break
        course = advance(parameters, course.states)
        now, largest = _trend(of_replicas(course.record, replicas), cycles, sizes)
        history = [*history, largest][-STRETCHES:]
        verdict = np.where(verdict == 0, np.where(_goes_on(history), np.minimum(now, -1), now), verdict)
    return verdict, course.states


def _goes_on(history: list[Floats]) -> Flags:
    """Whether the largest gaps of the last stretches are large and alike: another motion, which goes on, (R,)."""
    gaps_then = np.stack(history)
    alike = gaps_then.max(axis=0) <= (1.0 + STEADY) * gaps_then.min(axis=0)
    return alike & (gaps_then.min(axis=0) > LARGE) & (len(history) == STRETCHES)


def _trend(record: Floats, cycles: Integers, sizes: Floats) -> tuple[Integers, Floats]:
    """1 where the gaps vanish, −1 where they do not, 0 where this record does not tell; and the largest gap; (R,)
    each."""
    verdict, largest = np.zeros(len(cycles), dtype=np.int64), np.zeros(len(cycles))
    for period in np.unique(cycles):
        some = np.flatnonzero(cycles == period)
        apart = gaps(record[:, :, some], int(period), sizes[:, some])
        verdict[some], largest[some] = _trend_of(apart, int(period)), apart.max(axis=0)
    return verdict, largest


def _trend_of(apart: Floats, period: int) -> Integers:
    """The trend of the gaps (K, R) of one period."""
    turns = len(apart) // period
    by_turn = np.maximum(apart[-turns * period :].reshape(turns, period, -1).max(axis=1), 1e-300)
    if turns < 3:
        return np.where(by_turn.max(axis=0) <= FLOOR, 1, 0)
    first, second, third = (part.max(axis=0) for part in np.array_split(by_turn, 3))
    with np.errstate(invalid="ignore", divide="ignore"):
        early, late = np.log(first / second), np.log(second / third)
        slowing = (late / early) ** 2 <= (third / first) ** SLOWING
        steady = (late / early < ALIKE) & (early / late < ALIKE)
        turning = (np.diff(np.sign(np.diff(by_turn, axis=0)), axis=0) != 0).sum(axis=0) > 1
    flat = np.where(turning, SAMPLED, TREND)
    shrinks = steady & (early > flat) & (late > flat) & ~slowing & (first <= LARGE)
    grows = steady & (early < -flat) & (late < -flat)
    rests = (np.abs(late) <= flat) & (np.abs(early) <= flat) & ~turning
    return np.where(shrinks | (third <= FLOOR), 1, np.where(~np.isfinite(third) | grows | rests, -1, 0))
