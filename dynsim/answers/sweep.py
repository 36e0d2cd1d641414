"""How what was found depends on the parameter that was swept, if there is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .findings import Findings, Floats
from .words import between, listing, number

FEW = 4  # values of a parameter that are told one by one
LEAST = 10  # replicas for a rank correlation
STRONG = 0.7  # a rank correlation from which on a dependence is told
NEARLY_ALL = 0.9  # of the replicas: what happens in a range that wide happens everywhere


def swept(found: Findings) -> tuple[str, Floats] | None:
    """The one parameter that is swept and its values, (R,), the first of those that change together; None where there
    are none or several, and in a cell."""
    axes = [group for group in found.cells.axes if set(group) & set(found.swept)]
    if len(axes) != 1 or found.part:
        return None
    name = next(name for name in axes[0] if name in found.swept)
    return name, np.asarray(found.parameters[name], dtype=float)


def along(found: Findings, quantity: Floats) -> str:
    """How a quantity, (R,), changes along the swept parameter: "is 0.1 at K = 1.5 and 3 at K = 4" for few values (the
    medians), else "falls with K (rank correlation -0.9: 3 in its lowest tenth, 0.1 in its highest)", Spearman's (1904).
    Empty where it hardly depends on it."""
    sweep = swept(found)
    if sweep is None:
        return ""
    name, values = sweep[0], np.where(np.isfinite(quantity), sweep[1], np.nan)
    levels = np.unique(values[np.isfinite(values)])
    if 1 < len(levels) <= FEW:
        told = [number(float(np.nanmedian(quantity[values == level]))) for level in levels]
        named = [f"{text} at {name} = {number(level)}" for text, level in zip(told, levels, strict=True)]
        return f"is {listing(named, FEW)}" if len(set(told)) > 1 else ""
    correlation = float(pd.Series(values).rank().corr(pd.Series(quantity).rank()))
    if np.isfinite(values).sum() < LEAST or not abs(correlation) >= STRONG:
        return ""
    lowest, highest = np.nanquantile(values, [0.1, 0.9])
    ends = [number(float(np.nanmedian(quantity[part]))) for part in (values <= lowest, values >= highest)]
    return (
        f"{'rises' if correlation > 0 else 'falls'} with {name} (rank correlation {correlation:.2f}: {ends[0]} in its "
        f"lowest tenth, {ends[1]} in its highest)"
    )


def only_within(found: Findings, replicas: NDArray[np.int64] | Sequence[int]) -> str:
    """Between which values of the swept parameter something happens that happens in these replicas alone:
    "K from 0.1 to 0.5". Empty where that is nearly the whole sweep."""
    sweep = swept(found)
    if sweep is None or not len(replicas):
        return ""
    name, values = sweep
    low, high = float(values[replicas].min()), float(values[replicas].max())
    if ((values >= low) & (values <= high)).mean() > NEARLY_ALL:
        return ""
    return f"{name} = {number(low)}" if low == high else f"{name} from {number(low)} to {number(high)}"


def inside(found: Findings, replicas: NDArray[np.int64]) -> int:
    """How many replicas lie in the range of the swept parameter that these span."""
    sweep = swept(found)
    assert sweep is not None
    values = sweep[1]
    return int(((values >= values[replicas].min()) & (values <= values[replicas].max())).sum())


def stretches(found: Findings, words: Iterable[str]) -> str:
    """What every replica is called by, along the swept parameter: "stayed up to K = 0.4, left from 0.5 on". Empty
    where it is the same everywhere, differs among replicas of one value, or changes more than twice."""
    sweep = swept(found)
    if sweep is None:
        return ""
    name, values = sweep
    by_level = pd.Series(list(words)).groupby(values).unique()
    if any(len(there) > 1 for there in by_level):
        return ""
    levels, called = by_level.index.to_numpy(float), [there[0] for there in by_level]
    starts = [k for k in range(len(called)) if k == 0 or called[k] != called[k - 1]]
    if not 1 < len(starts) <= 3:
        return ""
    parts = []
    for k, start in enumerate(starts):
        first, last = number(levels[start]), number(levels[starts[k + 1] - 1] if k + 1 < len(starts) else levels[-1])
        if k == 0:
            parts.append(f"{called[start]} up to {name} = {last}")
        elif k == len(starts) - 1:
            parts.append(f"{called[start]} from {first} on")
        else:
            parts.append(f"{called[start]} at {between(first, last)}")
    return ", ".join(parts)
