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

from .motion import Course

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

STEADY = 0.05  # a size, or a speed, that changes by less from part to part has not changed
SLOWING = 0.002  # of g₃: how much more than linearly g may grow
SWINGS_SLOWING = 0.01  # the same of swings, whose size is read less exactly
SLOWEST = -1.0  # the power of time that a drift's speed may fall by: 1/t, with which what is left to go is infinite
EVEN = 0.1  # by which the powers of a drift may differ from part to part
DOUBLES = 2.0  # the least growth of a runaway that turns: over all four parts, or from each to the next
LASTS = 0.75  # what the last of three growths has to be, of the first
REGULAR_SWINGS = 6  # three periods
SCATTER = 0.2  # of ln(size) about its trend: more is no regular swing
CLEAR = 4.0  # times the scatter: the least change of ln(size) that is a trend


@dataclass(frozen=True)
class Growth:
    """What every coordinate does, (D, R). rate: ln growth per unit of time at the end (of swings: of their size), NaN
    where there is neither growth nor spiral; doubling: the time in which it doubles next; speed: of a drift, at the
    end; period: of a spiral, or of growing swings; slower: whether it goes straight and has not become faster."""

    runs: Flags
    drifts: Flags
    spirals_out: Flags
    spirals_in: Flags
    slower: Flags
    rate: Floats
    doubling: Floats
    speed: Floats
    period: Floats


def growth(course: Course, moving: Flags, shaken: Flags) -> Growth:
    """moving (D, R): which coordinates count; shaken (D, R): which are moved by random numbers, so that their speeds
    may grow from part to part by chance."""
    with np.errstate(all="ignore"):
        ways, durations = np.diff(course.ends, axis=0), np.diff(course.times)[:, None, None]
        straight = moving & (course.range <= (1 + STEADY) * np.abs(ways.sum(axis=0)))
        straight &= (np.sign(ways) == np.sign(ways[-1])).all(axis=0)
        speeds = np.abs(ways) / durations
        accelerates, rate, doubling = _accelerates(course, speeds)
        runs = straight & ~shaken & accelerates
        drifts = straight & ~runs & _drifts(course, speeds)
        swinging, swing_runs = _swings(course)
        swinging &= moving & ~straight
        slope = course.trend.slope
        bursts, burst = _bursts(course)
        bursts &= moving & (shaken | ~straight) & ~swinging
        by_swings = swinging & swing_runs
        rates = np.select([runs, swinging, bursts], [rate, slope, burst], np.nan)
        return Growth(
            runs | by_swings | bursts, drifts, swinging & ~swing_runs & (slope > 0), swinging & (slope < 0),
            straight & (speeds[-1] <= speeds[0]), rates,
            np.where(runs, doubling, np.where(rates > 0, np.log(2) / rates, np.nan)),
            np.where(drifts, ways[-1] / durations[-1], np.nan), np.where(swinging, course.trend.period, np.nan),
        )


def _accelerates(course: Course, speeds: Floats) -> tuple[Flags, Floats, Floats]:
    """Where the speed grows, by more than STEADY over the parts and without slowing down: g grows by at most SLOWING of
    itself more than linearly. With the rate of growth and the doubling time at the end: from g and β = dg/dt there,
    λ = (1 + β)/g, and (2^κ − 1)/(κλ) with κ = β/(1 + β), exact for every power law and every exponential."""
    logs = np.log(speeds[1:] / speeds[:-1])
    g, between = _middles(course.times, 1)[:, None, None] / logs, course.times[1:-1]
    bends = (g[2] - g[1]) - (g[1] - g[0])
    found = (logs > 0).all(axis=0) & (speeds[-1] > (1 + STEADY) * speeds[0]) & (bends <= SLOWING * g[2])
    beta = np.maximum((g[2] - g[0]) / (between[2] - between[0]), -0.9)
    last = g[2] + beta * (course.times[-1] - between[2])
    rate = np.where(last > 0, (1 + beta) / last, 1 / g[2])
    kappa = beta / (1 + beta)
    double = np.where(np.abs(kappa) > 1e-9, (2.0**kappa - 1) / kappa, np.log(2))
    return found, rate, double / rate


def _middles(times: Floats, order: int) -> Floats:
    """The middles of the parts, or the times between them."""
    return np.diff((times[1:] + times[:-1]) / 2, order)


def _drifts(course: Course, speeds: Floats) -> Flags:
    """Where the speeds differ by at most STEADY, or fall as a power of the time since the record began, not below
    SLOWEST, the same to EVEN from part to part."""
    constant = speeds.max(axis=0) <= (1 + STEADY) * speeds.min(axis=0)
    middles = (course.times[1:] + course.times[:-1]) / 2 - course.started
    powers = np.log(speeds[1:] / speeds[:-1]) / np.diff(np.log(middles))[:, None, None]
    even = np.ptp(powers, axis=0) <= EVEN
    return constant | (even & (powers <= 0).all(axis=0) & (powers.mean(axis=0) >= SLOWEST - STEADY))


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
