"""Levels of parameters: for each replica the rank of its value among all values, counted from 0, (R,)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

FEW = 24  # cells that are always kept apart
MOST = 144  # cells at most
BINS = 10  # of an axis
LEAST = 4  # replicas that a cell of bins should have
AXES = 4  # of many values that are cut into bins


def axes_of(levels: Mapping[str, Numbers], replicas: int) -> list[tuple[Numbers, tuple[str, ...]]]:
    """Axes: levels (R,) with the names of all parameters that change together along them, in the same order, in the
    opposite one, or in any order as long as they have the same value in the same replicas."""
    found: list[tuple[Numbers, tuple[str, ...]]] = []
    for name, own in levels.items():
        for k, (other, group) in enumerate(found):
            if _together(own, other, replicas):
                found[k] = other, (*group, name)
                break
        else:
            found.append((own, (name,)))
    return found


def _together(a: Numbers, b: Numbers, replicas: int) -> bool:
    """Whether two parameters change together."""
    count = int(a.max()) + 1
    if count != int(b.max()) + 1:
        return False
    if bool((a == b).all()) or bool((a == count - 1 - b).all()):
        return True
    # Two parameters that are sampled anew in each replica pair off as well, but by chance: levels have to recur.
    return 2 * count <= replicas and len(np.unique(a * count + b)) == count


def numbered(axes: Sequence[Numbers], replicas: int) -> Numbers:
    """The number of every replica's combination of levels, in order, the last axis changing fastest."""
    found: Numbers = np.zeros(replicas, np.int64)
    # Renumbered after every axis: the product of many axes' levels would not fit in 64 bits.
    for levels in axes:
        found = np.unique(found * (levels.max(initial=0) + 1) + levels, return_inverse=True)[1].astype(np.int64)
    return found


def cut(axes: Sequence[Numbers], replicas: int) -> dict[int, Numbers]:
    """The axes that tell cells apart, by number, with bins in place of many levels."""
    wide = [k for k, levels in enumerate(axes) if levels.max() >= BINS]
    narrow = [k for k in range(len(axes)) if k not in wide]
    wide = wide if len(wide) <= AXES else []
    room = min(MOST, replicas / LEAST)
    combinations = int(numbered([axes[k] for k in narrow], replicas).max()) + 1
    # If two bins for each wide axis are too many already, narrow axes are cut, too, and the last ones are left out.
    if combinations * 2 ** len(wide) > max(room, FEW):
        wide, narrow, combinations = sorted([*wide, *narrow])[: int(np.log2(MOST))], [], 1
    bins = int(np.clip((room / combinations) ** (1 / max(len(wide), 1)) + 1e-9, 2, BINS))
    return {k: axes[k] if k in narrow else _bins(axes[k], bins) for k in sorted([*narrow, *wide])}


def _bins(levels: Numbers, bins: int) -> Numbers:
    """The bin of every replica. Equal levels share a bin, and counts are as equal as that allows."""
    if levels.max() < bins:
        return levels
    counts = np.bincount(levels)
    middle = np.cumsum(counts) - counts / 2
    return np.minimum((middle * bins / len(levels)).astype(np.int64), bins - 1)[levels]
