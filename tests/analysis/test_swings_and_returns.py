"""Swings and returns of many replicas at once, against a reading of the definitions replica by replica."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from dynsim.analysis.motion.swings import Swings
from dynsim.analysis.numerics.poincare_section import CLOSED, HUMPS, KEPT, LEAST_RETURNS, Returns

Floats = NDArray[np.float64]
TICKS, CUTS = 90, np.array([4, 20, 41, 62, 88])
BLOCKS = (TICKS, 31, 7, 1)


def motions() -> Floats:
    """Three coordinates of five replicas, (D, K, R): noise, rotations of different speed, and steps with rests."""
    rng = np.random.default_rng(5)
    noise = rng.normal(size=(TICKS, 5))
    rotation = np.sin(np.arange(TICKS)[:, None] * np.array([0.31, 0.7, 1.3, 2.0, 0.05]))
    steps = np.round(np.cumsum(rng.normal(size=(TICKS, 5)), axis=0))
    return np.stack([noise, rotation, steps])


def swings_of(x: Floats) -> list[tuple[int, float, float]]:
    """(tick, time, ln(size)) of every swing of one coordinate in one replica, tick by tick."""
    found, direction, last = [], 0.0, np.nan
    for k in range(CUTS[0], CUTS[-1] + 1):
        step = np.sign(x[k] - x[k - 1]) if k > CUTS[0] else 0.0
        if step * direction < 0.0:
            a, b, c = x[k - 2 : k + 1]
            off = 0.5 * ((a - b) - (c - b)) / ((a - b) + (c - b))
            value = b - 0.25 * ((a - b) - (c - b)) * off
            if np.isfinite(last) and value != last:
                found.append((k - 1, k - 1 + off, float(np.log(np.abs(value - last)))))
            last = value
        direction = step or direction
    return found


@pytest.mark.parametrize("size", BLOCKS)
def test_swings_are_those_of_each_replica_in_any_blocks(size: int) -> None:
    x = motions()
    swings = Swings((3, 5), CUTS, (float(CUTS[0]), float(CUTS[-1])))
    inside = x[:, CUTS[0] : CUTS[-1] + 1]
    for start in range(0, inside.shape[1], size):
        part = inside[:, start : start + size]
        swings.feed(CUTS[0] + start, CUTS[0] + start + np.arange(float(part.shape[1])), part)
    trend = swings.trend()
    for d, r in np.ndindex(3, 5):
        found = swings_of(x[d, :, r])
        assert trend.count[d, r] == len(found)
        if len(found) >= 3:
            _, times, logs = np.array(found).T
            assert trend.slope[d, r] == pytest.approx(np.polyfit(times, logs, 1)[0], abs=1e-10)
        for p, (low, high) in enumerate(pairwise(CUTS)):
            own = [log for tick, _, log in found if low < tick <= high]
            if own:
                assert trend.logs[p, d, r] == pytest.approx(np.mean(own), rel=1e-12)


def test_no_bit_of_a_swing_depends_on_blocks_or_on_other_replicas() -> None:
    x = motions()[:, CUTS[0] : CUTS[-1] + 1]

    def trend(part: Floats, size: int) -> list[Floats]:
        swings = Swings((3, part.shape[2]), CUTS, (float(CUTS[0]), float(CUTS[-1])))
        for start in range(0, part.shape[1], size):
            block = part[:, start : start + size]
            swings.feed(CUTS[0] + start, CUTS[0] + start + np.arange(float(block.shape[1])), block)
        return list(vars(swings.trend()).values())

    whole = trend(x, TICKS)
    for size in BLOCKS[1:]:
        np.testing.assert_equal(trend(x, size), whole)
    for r in range(5):
        alone = trend(x[..., r : r + 1], TICKS)
        np.testing.assert_equal([values[..., 0] for values in alone], [values[..., r] for values in whole])


def period_of(times: Floats, states: Floats) -> float:
    """The mean time between m-th returns of one replica, for the smallest m for which its orbit is closed."""
    for m in range(1, HUMPS + 1):
        if len(times) < m + LEAST_RETURNS:
            break
        took, turns = times[m:] - times[:-m], (len(times) - 1) // m
        first = len(times) - 1 - m * turns
        apart = max(np.abs(states[:, m:] - states[:, :-m]).max(), np.abs(states[:, -1] - states[:, first]).max())
        if max(apart, np.ptp(took) / took.mean()) <= CLOSED:
            return float((times[-1] - times[first]) / turns)
    return np.nan


@pytest.mark.parametrize("size", [400, 60])
def test_periods_are_those_of_each_replica(size: int) -> None:
    """Circles, orbits that close after two and three turns, noise, and too few crossings."""
    t = np.arange(400.0)
    rng = np.random.default_rng(2)
    speeds = np.array([0.2, 0.31, 0.25, 0.5, 0.011, 0.3, 0.4])
    x = np.sin(t[:, None] * speeds) + 0.3 * np.sin(t[:, None] * speeds / np.array([1, 2, 3, 1, 1, np.pi, 1]))
    x[:, 6] += rng.normal(size=400)
    y = np.cos(t[:, None] * speeds)
    coordinates = np.stack([x, y])
    returns = Returns(np.zeros(7, np.int64), np.zeros(7))
    for start in range(0, 400, size):
        returns.feed(t[start : start + size], coordinates[:, start : start + size])
    ranges = np.ptp(coordinates, axis=1)
    found = returns.periods(ranges)
    for r in range(7):
        mine = returns.replica == r
        state = returns.state[:, mine]
        assert mine.sum() <= KEPT
        assert (np.diff(returns.time[mine]) > 0).all()
        expected = np.nan
        if mine.sum() > LEAST_RETURNS:
            scale = np.append(ranges[:, r], np.abs(state[-1]).max())
            expected = period_of(returns.time[mine], state / scale[:, None])
        np.testing.assert_equal(found[r], expected)
    assert found[0] == pytest.approx(2 * np.pi / 0.2, rel=1e-3)
    assert found[1] == pytest.approx(2 * 2 * np.pi / 0.31, rel=1e-3)
    assert found[2] == pytest.approx(3 * 2 * np.pi / 0.25, rel=1e-3)
    assert np.isnan(found[4:]).all()
