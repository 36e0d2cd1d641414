"""Mean and quantiles over replicas. Values that are not finite (of replicas that diverged) are left out."""

from __future__ import annotations

import numpy as np

from ...arrays import Floats

QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}


def mean(values: Floats) -> Floats:
    """Mean over the last axis of the finite values; NaN if there is none."""
    finite = np.isfinite(values)
    count = finite.sum(axis=-1)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(finite, values, 0.0).sum(axis=-1) / np.where(count > 0, count, np.nan)


def positive(values: Floats) -> Floats:
    """1 where a value is positive, 0 where it is not, NaN where it is not finite. The mean of this is a share."""
    return np.where(np.isfinite(values), values > 0.0, np.nan)


def bands(values: Floats) -> dict[str, Floats]:
    """{"mean", "q05", "q25", "median", "q75", "q95"} over the last axis; quantiles as numpy.quantile's default
    (linear interpolation between order statistics; Hyndman and Fan 1996, definition 7)."""
    result = {"mean": mean(values)}
    ordered = np.sort(np.where(np.isfinite(values), values, np.nan), axis=-1)  # NaN goes last
    count = np.isfinite(ordered).sum(axis=-1)
    for name, q in QUANTILES.items():
        position = q * np.maximum(count - 1, 0)
        low = np.floor(position).astype(np.intp)
        high = np.minimum(low + 1, np.maximum(count - 1, 0))
        a = np.take_along_axis(ordered, low[..., None], axis=-1)[..., 0]
        b = np.take_along_axis(ordered, high[..., None], axis=-1)[..., 0]
        share = position - low
        result[name] = a * (1.0 - share) + b * share
    return result
