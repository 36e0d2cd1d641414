"""The values of swept parameters at which something happens, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, inf, lgamma

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...arrays import Floats
from .findings import Findings
from .sign_test import LEVEL
from .words import between, number, share

LEAST = 10  # the fewest replicas for a rank correlation
STRONG = 0.7  # the least rank correlation that counts as a clear dependence
NEARLY_ALL = 0.9  # a range with a larger share of the replicas counts as everywhere
AXES = 2  # the most axes to which something is said to be confined


def swept(found: Findings) -> tuple[str, Floats] | None:
    """The swept parameter and its values, (R,); of parameters that change together, the first. None without a sweep, in
    a sweep along several axes, and in a single cell."""
    axes = _axes(found)
    if len(axes) != 1 or found.part:
        return None
    (name,) = axes
    return name, np.asarray(found.parameters[name], dtype=float)


def only_within(found: Findings, replicas: NDArray[np.int64] | Sequence[int]) -> str:
    """The range of swept values that holds these replicas: "K from 0.1 to 0.5", "K = 1 and m from 0 to 2". Empty if it
    covers nearly the whole sweep, or if that many replicas may lie this close together by chance."""
    parts = []
    for name, low, high in _bounds(found, replicas):
        parts.append(f"{name} = {number(low)}" if low == high else f"{name} from {number(low)} to {number(high)}")
    return " and ".join(parts)


def in_which(found: Findings, replicas: NDArray[np.int64]) -> str:
    """ "In 50 % of replicas (k from 1 to 2), ", at the beginning of a sentence; empty with one replica."""
    if found.replicas == 1:
        return ""
    if len(replicas) == found.replicas:
        return "In every replica, "
    values = only_within(found, replicas)
    return f"In {share(len(replicas) / found.replicas)} of replicas{values and f' ({values})'}, "


def inside(found: Findings, replicas: NDArray[np.int64]) -> int:
    """The number of all replicas in the range that `only_within` names."""
    there = np.ones(found.replicas, bool)
    for name, low, high in _bounds(found, replicas):
        values = np.asarray(found.parameters[name], dtype=float)
        there &= (values >= low) & (values <= high)
    return int(there.sum())


def _bounds(found: Findings, replicas: NDArray[np.int64] | Sequence[int]) -> list[tuple[str, float, float]]:
    """The first parameter and the least and largest value of each axis along which these replicas are confined, for the
    AXES axes along which they span least."""
    ranges = []
    for name in () if found.part or not len(replicas) else _axes(found):
        values = np.asarray(found.parameters[name], dtype=float)
        low, high = float(values[replicas].min()), float(values[replicas].max())
        part = float(((values >= low) & (values <= high)).mean())
        if part <= NEARLY_ALL and not (found.random and _near_by_chance(values, len(replicas), low, high)):
            ranges.append((part, (name, low, high)))
    return [bounds for _, bounds in sorted(ranges, key=lambda one: one[0])[:AXES]]


def _near_by_chance(values: Floats, hits: int, low: float, high: float) -> bool:
    """Whether the same number of replicas, selected at random, would lie within as few neighbouring levels as there are
    from `low` to `high`, with a probability of at least LEVEL. False for a single replica, whose value is always worth
    naming."""
    levels, counts = np.unique(values, return_counts=True)
    width = int(((levels >= low) & (levels <= high)).sum())
    before = np.concatenate([[0], np.cumsum(counts), np.full(width, len(values))])
    within = before[width:][: len(levels)] - before[: len(levels)]  # the window that begins at each level
    ways = [exp(_log_ways(n, hits, len(values))) - exp(_log_ways(n - first, hits, len(values)))
            for n, first in zip(within.tolist(), counts.tolist(), strict=True)]  # windows whose first level is hit
    return hits > 1 and sum(ways) >= LEVEL


def _log_ways(amount: int, hits: int, whole: int) -> float:
    """ln C(amount, hits) − ln C(whole, hits)."""
    if amount < hits:
        return -inf
    return lgamma(amount + 1) - lgamma(amount - hits + 1) - lgamma(whole + 1) + lgamma(whole - hits + 1)


def _axes(found: Findings) -> list[str]:
    """The first parameter of each axis."""
    return [group[0] for group in found.cells.axes]


def stretches(found: Findings, words: Iterable[str]) -> str:
    """The words of the replicas, one for each, along the swept parameter: "stayed up to K = 0.4, left from 0.5 on".
    Empty if they are all the same, differ between replicas with one value, change more than twice, or if something is
    random and a single replica differs from those on both sides."""
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
    if len(starts) == 3 and found.random and (values == levels[starts[1]]).sum() == 1 == starts[2] - starts[1]:
        return ""  # a single replica between the others may be chance
    parts = []
    for k, start in enumerate(starts):
        first, last = number(levels[start]), number(levels[starts[k + 1] - 1] if k + 1 < len(starts) else levels[-1])
        if k == 0:
            parts.append(f"{called[start]} {'at' if first == last else 'up to'} {name} = {last}")
        elif k == len(starts) - 1 and first != last:
            parts.append(f"{called[start]} from {first} on")
        else:
            parts.append(f"{called[start]} at {between(first, last)}")
    return ", ".join(parts)
