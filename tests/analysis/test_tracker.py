"""From a signal to episodes: against a reading of the definition one tick at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynsim.analysis.conflict_log.tracker import PATIENCE, Tracker

ON, OFF = 0.5, 0.3


def reference(times, signal, rate, continuous):
    """(onset, peak, end, intensity, amount, open) of every episode of one signal, by the definition."""
    found, k = [], 0
    while k < len(times):
        if not signal[k] >= ON:
            k += 1
            continue
        onset = end = k
        j = k + 1
        while j < len(times):
            if signal[j] >= OFF:
                end = j
            elif j - end > 1 and times[j] - times[end] > PATIENCE * (times[end] - times[onset]):
                break
            j += 1
        held = [i for i in range(onset, end + 1) if signal[i] >= OFF]
        if len(held) > 1:
            peak = onset
            for i in held:
                if signal[i] > signal[peak] * (1 + 1e-9):
                    peak = i
            steps = np.diff(times[onset : end + 1])
            r = rate[onset : end + 1]
            amount = np.sum(steps * ((r[:-1] + r[1:]) / 2 if continuous else r[:-1]))
            found.append((times[onset], times[peak], times[end], signal[peak], amount, end == len(times) - 1))
        k = j
    return found


def track(times, signals, rates, continuous, sizes):
    """The same by the tracker: signals (C, K, R)."""
    candidates, ticks, replicas = signals.shape
    tracker = Tracker(candidates, replicas, ON, OFF, continuous)
    start = 0
    while start < ticks:
        size = sizes[start % len(sizes)]
        part = slice(start, start + size)
        c, r = tracker.live(signals[:, part])
        marks = np.broadcast_to(times[part, None, None], (len(times[part]), 1, len(c)))
        tracker.feed(times[part], c, r, signals[c, part, r].T, rates[c, part, r].T[:, None], marks)
        start += size
    return tracker.finish()


LEVELS = st.sampled_from([0.0, 0.1, 0.31, 0.4, 0.5, 0.51, 0.9, np.nan])


@given(
    rows=st.lists(st.lists(LEVELS, min_size=40, max_size=40), min_size=4, max_size=4),
    continuous=st.booleans(),
    sizes=st.lists(st.integers(1, 17), min_size=1, max_size=4),
    seed=st.integers(0, 99),
)
def test_episodes_are_those_of_the_definition_whatever_the_blocks(rows, continuous, sizes, seed):
    rng = np.random.default_rng(seed)
    signals = np.array(rows).reshape(2, 2, 40).swapaxes(1, 2)
    times = np.cumsum(rng.uniform(0.5, 1.5, size=40)) if continuous else np.arange(40.0)
    rates = rng.normal(size=signals.shape)
    found = track(times, signals, rates, continuous, sizes)
    for c in range(2):
        for r in range(2):
            expected = reference(times, signals[c, :, r], rates[c, :, r], continuous)
            mine = [] if found is None else np.flatnonzero((found.candidate == c) & (found.replica == r))
            rows = [
                (found.onset[k], found.peak[k], found.end[k], found.intensity[k], found.amounts[0, k], found.open[k])
                for k in mine
            ]
            assert len(rows) == len(expected)
            for row, want in zip(sorted(rows), expected, strict=True):
                assert row == pytest.approx(want)
            for k in mine:
                assert found.at_onset[0, k] == found.onset[k]
                assert found.at_peak[0, k] == found.peak[k]
                assert found.at_end[0, k] == found.end[k]


def test_one_tick_is_no_episode_and_a_short_pause_does_not_end_one():
    signal = np.array([0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0.0])
    found = track(np.arange(22.0), signal[None, :, None], np.ones((1, 22, 1)), False, [5])
    assert found.onset.tolist() == [5.0]
    assert found.end.tolist() == [16.0]
    assert found.amounts.tolist() == [[11.0]]
    assert found.open.tolist() == [False]


def test_hysteresis():
    """A signal that trembles between the thresholds neither opens nor closes anything."""
    signal = np.array([0.4, 0.45, 0.6, 0.4, 0.45, 0.31, 0.6, 0.4, 0.1, 0.1, 0.1, 0.4, 0.45, 0.4])
    found = track(np.arange(14.0), signal[None, :, None], np.ones((1, 14, 1)), True, [3])
    assert (found.onset.tolist(), found.end.tolist()) == ([2.0], [7.0])
