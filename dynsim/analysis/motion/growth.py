"""Growth, drift and spirals, judged from the course of a coordinate through the four final parts of a record.

A coordinate is *straight* if it moves in the same direction in all four parts, and its range is at most 5 % larger than
the distance between its ends. With its mean speeds v₁ … v₄ in the parts,

    g_k = Δt / ln(v_{k+1}/v_k),    k = 1, 2, 3

is the time in which the speed grows by the factor e. For an exponential, v = e^{λt}, it is constant: g = 1/λ. For a
power law about any origin, v = (t + s)^{p−1}, it grows linearly in time: g = (t + s)/(p − 1). For a blow-up in finite
time it shrinks. Growth that slows down, such as logistic growth, has a g that grows faster than linearly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...arrays import Flags, Floats
from .course import Course

ACCELERATES = 1.5  # least ratio of a straight runaway's speeds in the last and the first part
FAR = 2 / 3  # least share of its range over the whole record that a runaway covers in the final half
STEADY = 0.05  # sizes and speeds that change by less from part to part count as unchanged
SLOWING = 0.002  # of g₃: how far the growth of g may exceed linear growth
SWINGS_SLOWING = 0.01  # the same for swings, whose sizes are known less exactly
SLOWEST = -1.0  # least power of time of a drift's speed: with 1/t a coordinate still goes to infinity
EVEN = 0.1  # largest difference of a drift's powers between parts
DOUBLES = 2.0  # least growth of a runaway that is not straight: over all parts for swings, per part for bursts
LASTS = 0.75  # least ratio of a burst's last and first logarithmic growth
REGULAR_SWINGS = 6  # least number of regular swings: three periods
SCATTER = 0.2  # largest scatter of ln(size) of regular swings about their trend
FLAT = 1e-9  # a power with a smaller reciprocal counts as infinite: the growth is exponential
CLEAR = 4.0  # times the scatter: the least change of ln(size) that counts as a trend


@dataclass(frozen=True)
class Growth:
    """What every coordinate does, (D, R) each.

    slower: the coordinate is straight and has not become faster. rate: logarithmic growth per unit of time at the end,
    for swings of their size; NaN without growth or spiral. size: at the end, of what grows or shrinks: the distance
    from the origin of growth, or the range in the last part. doubling: the time to the next doubling. speed: of a
    drift, at the end. period: of spirals and growing swings.
    """

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


def growth(course: Course, share: Floats, moving: Flags, by_noise: Flags) -> Growth:
    """The growth of every coordinate. share: the range in the final half over the range of the whole record, (D, R).
    moving: which coordinates count, (D, R). by_noise: which are moved by random numbers, (D, R): their speeds may grow
    from part to part by chance, so that straight growth is no evidence."""
    with np.errstate(all="ignore"):
        ways, durations = np.diff(course.ends, axis=0), np.diff(course.times)[:, None, None]
        straight = moving & (course.range <= (1 + STEADY) * np.abs(ways.sum(axis=0)))
        straight &= (np.sign(ways) == np.sign(ways[-1])).all(axis=0) & (ways[-1] != 0)
        speeds = np.abs(ways) / durations
        accelerates, rate, kappa = _accelerates(course, speeds)
        runs = straight & ~by_noise & accelerates
        drifts = straight & ~runs & _drifts(course, speeds)
        swinging, swing_runs = _swings(course)
        swinging &= moving & ~straight
        slope = course.trend.slope
        bursts, burst = _bursts(course)
        bursts &= moving & (by_noise | ~straight | (course.trend.count > 0)) & ~swinging & ~runs
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
    """Where the speed grows ACCELERATES times over the parts without slowing down, and λ and κ of the growth at the
    end.

    For x ~ (t + s)^p, λ = p/(t + s) and κ = 1/p; for an exponential κ = 0. In terms of g and β = dg/dt they are
    (1 + β)/g and β/(1 + β).
    """
    logs = np.log(speeds[1:] / speeds[:-1])
    g, between = _middles(course.times, 1)[:, None, None] / logs, course.times[1:-1]
    bends = (g[2] - g[1]) - (g[1] - g[0])
    found = (logs > 0).all(axis=0) & (speeds[-1] >= ACCELERATES * speeds[0]) & (bends <= SLOWING * g[2])
    beta = np.maximum((g[2] - g[0]) / (between[2] - between[0]), -0.9)
    last = g[2] + beta * (course.times[-1] - between[2])
    rate = np.where(last > 0, (1 + beta) / last, 1 / g[2])
    return found, rate, beta / (1 + beta)


def _later(log: Floats, kappa: Floats) -> Floats:
    """x(t + τ)/x(t) for growth with these λτ and κ: (1 + κλτ)^{1/κ}, and e^{λτ} for κ = 0."""
    power = np.maximum(1 + kappa * log, 0.0) ** (1 / np.where(np.abs(kappa) > FLAT, kappa, 1.0))
    return np.where(np.abs(kappa) > FLAT, power, np.exp(log))


def _middles(times: Floats, order: int) -> Floats:
    """The differences of this order between the middles of the parts."""
    return np.diff((times[1:] + times[:-1]) / 2, order)


def _drifts(course: Course, speeds: Floats) -> Flags:
    """Where the speeds differ by at most STEADY, or follow a power of the time since the start of the record: one of at
    least SLOWEST that differs by at most EVEN between parts, with speeds that grow less than ACCELERATES times."""
    constant = speeds.max(axis=0) <= (1 + STEADY) * speeds.min(axis=0)
    middles = (course.times[1:] + course.times[:-1]) / 2 - course.started
    powers = np.log(speeds[1:] / speeds[:-1]) / np.diff(np.log(middles))[:, None, None]
    even = np.ptp(powers, axis=0) <= EVEN
    slow = (powers.mean(axis=0) >= SLOWEST - STEADY) & (speeds[-1] < ACCELERATES * speeds[0])
    return constant | (even & slow)


def _swings(course: Course) -> tuple[Flags, Flags]:
    """Where regular swings change in size, and where their growth is a runaway: by more than DOUBLES over the parts,
    without slowing down (the test on g, applied to the means of ln(size) in the parts)."""
    trend, span = course.trend, course.times[-1] - course.times[0]
    change = np.abs(trend.slope) * span
    regular = (trend.count >= REGULAR_SWINGS) & (trend.scatter <= SCATTER)
    changing = regular & (change >= CLEAR * trend.scatter) & (change > 2 * np.log(1 + STEADY))  # two quarters
    g = np.diff(trend.times, axis=0) / np.diff(trend.logs, axis=0)
    bends = (g[2] - g[1]) - (g[1] - g[0])
    on = (g > 0).all(axis=0) & (bends <= SWINGS_SLOWING * g[2])
    return changing, changing & on & (trend.slope * span >= np.log(DOUBLES * (1 + STEADY)))


def _bursts(course: Course) -> tuple[Flags, Any]:
    """Where the range grows at least DOUBLES times from each part to the next, and lasts; and the rate of this."""
    ranges = course.ranges
    logs = np.log(ranges[1:] / ranges[:-1])
    found = (logs >= np.log(DOUBLES)).all(axis=0) & (logs[-1] >= LASTS * logs[0]) & (ranges[0] > 0)
    middles = (course.times[1:] + course.times[:-1]) / 2
    return found, np.log(ranges[-1] / ranges[0]) / (middles[-1] - middles[0])
