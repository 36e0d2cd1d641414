"""Ranges of y axes."""

from __future__ import annotations

import numpy as np

from ...arrays import Floats

RUNAWAY = 50  # how many times further than the usual range a value reaches that is cut off


def bulk(quantiles: Floats) -> tuple[float, float, bool]:
    """A range for the y axis, and whether it leaves values out. It does so if a runaway would flatten the earlier
    values.

    The range is cut if the values reach RUNAWAY times further than both the middle 80 % and the first tenth of the
    ticks. The latter excludes transients at the start.
    """
    finite = quantiles[np.isfinite(quantiles)]
    if not finite.size:
        return 0.0, 1.0, False
    low, high = float(finite.min()), float(finite.max())
    early = quantiles[:, : max(quantiles.shape[1] // 10, 1)]
    early = early[np.isfinite(early)]
    center = np.quantile(finite, [0.1, 0.9])
    usual = max(np.ptp(center), np.ptp(early) if early.size else 0.0)
    cut = 0.0 < usual < high / RUNAWAY - low / RUNAWAY
    if cut:
        low, high = max(low, float(center[0]) - usual), min(high, float(center[1]) + usual)
    return *padded(low, high), cut


def padded(low: float, high: float) -> tuple[float, float]:
    """The range with a margin at both ends, even if it is a single value."""
    pad = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
    return low - pad, high + pad
