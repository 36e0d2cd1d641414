"""Growth, drift and spirals: what the course of a coordinate through the four final parts of a record amounts to.

A coordinate goes *straight* if it moves the same way in all four parts, and what it goes through is at most 5 % more
than the way between its ends. v₁ … v₄ are then its mean speeds in the parts, and

    g_k = Δt / ln(v_{k+1}/v_k),    k = 1, 2, 3

is the time in which its speed grows by the factor e. It is constant for an exponential, v = e^{λt}: g = 1/λ; it grows
linearly in time for a power law about any origin, v = (t + s)^{p−1}: g = (t + s)/(p − 1); and it shrinks for what
reaches infinity in finite time. What slows down, as logistic growth does, lets g grow ever faster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Floats
from .course import Course

Flags = NDArray[np.bool_]

ACCELERATES = 1.5  # times its speed in the first part: the least speed of a straight runaway in the last
FAR = 2 / 3  # of a runaway's range over the whole record: the least that it goes through in the final half
STEADY = 0.05  # a size, or a speed, that changes by less from part to part has not changed
SLOWING = 0.002  # of g₃: how much more than linearly g may grow
SWINGS_SLOWING = 0.01  # the same of swings, whose size is read less exactly
SLOWEST = -1.0  # the power of time that a drift's speed may fall by: 1/t, with which what is left to go is infinite
EVEN = 0.1  # by which the powers of a drift may differ from part to part
DOUBLES = 2.0  # the least growth of a runaway that turns: over all four parts, or from each to the next
LASTS = 0.75  # what the last of three growths has to be, of the first
REGULAR_SWINGS = 6  # three periods
SCATTER = 0.2  # of ln(size) about its trend: more is no regular swing
FLAT = 1e-9  # of a power's reciprocal: the power is infinite, the growth exponential
CLEAR = 4.0  # times the scatter: the least change of ln(size) that is a trend


@dataclass(frozen=True)
class Growth:
    """What every coordinate does, (D, R). rate: ln growth per unit of time at the end (of swings: of their size), NaN
    where there is neither growth nor spiral; size: what grows or shrinks, at the end, the distance from where growth
    comes from, or the range in the last part; doubling: the time in which it doubles next; speed: of a drift, at the
    end; period: of a spiral, or of growing swings; slower: whether it goes straight and has not become faster."""

    runs: Flags
    drifts: Flags
    spirals_out: Flags
    spirals_in: Flags
    slower: Flags
    rate: Floats
    size: Floats
    doubling: Floats
    speed: Floats
    period: Floats


def growth(course: Course, share: Floats, moving: Flags, shaken: Flags) -> Growth:
    """All (D, R). share: what it goes through in the final half, of its range over the whole record; moving: which
    coordinates count; shaken: which are moved by random numbers, so that their speeds may grow from part to part by
    chance."""
    with np.errstate(all="ignore"):
        ways, durations = np.diff(course.ends, axis=0), np.diff(course.times)[:, None, None]
        straight = moving & (course.range <= (1 + STEADY) * np.abs(ways.sum(axis=0)))
        straight &= (np.sign(ways) == np.sign(ways[-1])).all(axis=0) & (ways[-1] != 0)
        speeds = np.abs(ways) / durations
        accelerates, rate, kappa = _accelerates(course, speeds)
        runs = straight & ~shaken & accelerates
        drifts = straight & ~runs & _drifts(course, speeds)
        swinging, swing_runs = _swings(course)
        swinging &= moving & ~straight
        slope = course.trend.slope
        bursts, burst = _bursts(course)
        bursts &= moving & (shaken | ~straight | (course.trend.count > 0)) & ~swinging & ~runs
        by_swings = swinging & swing_runs
        far = share >= FAR
        runs, by_swings, bursts = runs & far, by_swings & far, bursts & far
        rates = np.select([runs, swinging, bursts], [rate, slope, burst], np.nan)
        away = np.abs(ways).sum(axis=0) / (1 - _later(-rate * (course.times[-1] - course.times[0]), kappa))
        doubling = np.where(np.abs(kappa) > FLAT, (2.0**kappa - 1) / kappa, np.log(2)) / rate
        last = course.ranges[-1]
        sizes = np.select([runs, swinging, bursts], [away, last, last / (1 - np.exp(-burst * durations[-1]))], np.nan)
        return Growth(
            runs | by_swings | bursts, drifts, swinging & ~by_swings & (slope > 0), swinging & (slope < 0),
            straight & (speeds[-1] <= speeds[0]), rates, sizes,
            np.where(runs, doubling, np.where(rates > 0, np.log(2) / rates, np.nan)),
            np.where(drifts, ways[-1] / durations[-1], np.nan), np.where(swinging, course.trend.period, np.nan),
        )


def _accelerates(course: Course, speeds: Floats) -> tuple[Flags, Floats, Floats]:
    """Where the speed grows, to ACCELERATES times over the parts and without slowing down: g grows by at most SLOWING
    of itself more than linearly. With λ and κ of the growth at the end: for x ~ (t + s)^p, λ = p/(t + s) and κ = 1/p,
    for an exponential κ = 0. By g and β = dg/dt they are (1 + β)/g and β/(1 + β)."""
    logs = np.log(speeds[1:] / speeds[:-1])
    g, between = _middles(course.times, 1)[:, None, None] / logs, course.times[1:-1]
    bends = (g[2] - g[1]) - (g[1] - g[0])
    found = (logs > 0).all(axis=0) & (speeds[-1] >= ACCELERATES * speeds[0]) & (bends <= SLOWING * g[2])
    beta = np.maximum((g[2] - g[0]) / (between[2] - between[0]), -0.9)
    last = g[2] + beta * (course.times[-1] - between[2])
    rate = np.where(last > 0, (1 + beta) / last, 1 / g[2])
    return found, rate, beta / (1 + beta)


def _later(log: Floats, kappa: Floats) -> Floats:
    """x(t + τ)/x(t) of the growth with these λτ and κ: (1 + κλτ)^{1/κ}, e^{λτ} for κ = 0."""
    power = np.maximum(1 + kappa * log, 0.0) ** (1 / np.where(np.abs(kappa) > FLAT, kappa, 1.0))
    return np.where(np.abs(kappa) > FLAT, power, np.exp(log))


def _middles(times: Floats, order: int) -> Floats:
    """The middles of the parts, or the times between them."""
    return np.diff((times[1:] + times[:-1]) / 2, order)


def _drifts(course: Course, speeds: Floats) -> Flags:
    """Where the speeds differ by at most STEADY, or change as a power of the time since the record began, not below
    SLOWEST, the same to EVEN from part to part, and to less than ACCELERATES times."""
    constant = speeds.max(axis=0) <= (1 + STEADY) * speeds.min(axis=0)
    middles = (course.times[1:] + course.times[:-1]) / 2 - course.started
    powers = np.log(speeds[1:] / speeds[:-1]) / np.diff(np.log(middles))[:, None, None]
    even = np.ptp(powers, axis=0) <= EVEN
    slow = (powers.mean(axis=0) >= SLOWEST - STEADY) & (speeds[-1] < ACCELERATES * speeds[0])
    return constant | (even & slow)


def _swings(course: Course) -> tuple[Flags, Flags]:
    """Where swings are regular and change in size, and where their growth is a runaway: to more than DOUBLES times
    their size over the parts, without slowing down (as for speeds, from the means of ln(size) in the parts)."""
    trend, span = course.trend, course.times[-1] - course.times[0]
    change = np.abs(trend.slope) * span
    regular = (trend.count >= REGULAR_SWINGS) & (trend.scatter <= SCATTER)
    changing = regular & (change >= CLEAR * trend.scatter) & (change > 2 * np.log(1 + STEADY))  # two quarters
    g = np.diff(trend.times, axis=0) / np.diff(trend.logs, axis=0)
    bends = (g[2] - g[1]) - (g[1] - g[0])
    on = (g > 0).all(axis=0) & (bends <= SWINGS_SLOWING * g[2])
    return changing, changing & on & (trend.slope * span >= np.log(DOUBLES * (1 + STEADY)))


def _bursts(course: Course) -> tuple[Flags, Any]:
    """Where the range grows DOUBLES times from each part to the next, whatever happens within, and LASTS; and its
    rate."""
    ranges = course.ranges
    logs = np.log(ranges[1:] / ranges[:-1])
    found = (logs >= np.log(DOUBLES)).all(axis=0) & (logs[-1] >= LASTS * logs[0]) & (ranges[0] > 0)
    middles = (course.times[1:] + course.times[:-1]) / 2
    return found, np.log(ranges[-1] / ranges[0]) / (middles[-1] - middles[0])
