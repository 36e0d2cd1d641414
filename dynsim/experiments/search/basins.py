"""Where random starts end: the attractors, and the share of starts in the basin of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...answers.wording.wilson import wilson
from ...arrays import Floats, Integers
from .attractor import SAME, Advance, expect_moments, extremes, finite, moved, periods, size
from .following import settled

NEAR = 0.25
"""Of a variable's size: attractors at neighbouring values that lie further apart are different ones."""


@dataclass(frozen=True)
class Basin:
    """One attractor. share, low, high: the part of the starts that end there, with Wilson's 95 % interval. replicas:
    which of them. extremes (2, d): the least and the largest value of every variable. period: as in `periods`."""

    share: float
    low: float
    high: float
    replicas: Integers
    extremes: Floats
    period: int


def basins(
    advance: Advance, parameters: ArrayLike, starts: ArrayLike, *, tolerance: float = 100.0 * SAME, patience: int = 20
) -> list[tuple[Basin, ...]]:
    """For each of the parameters (C,), the attractors that the starts (C, d, R) lead to, the largest basin first.

    Replicas are on one attractor if the extremes of their settled records differ by at most `tolerance` of the
    variables' sizes, directly or through others in between (single linkage). So all phases of a cycle are one
    attractor. Replicas that diverge are left out, and their share is what the others lack to 1.
    """
    states = np.asarray(starts, dtype=float)
    course = settled(advance, np.asarray(parameters, dtype=float), states, patience).course
    expect_moments(course.record)
    return [_basins(course.record[:, k], tolerance) for k in range(len(states))]


def _basins(record: Floats, tolerance: float) -> tuple[Basin, ...]:
    ends, cycles, replicas = extremes(record), periods(record), record.shape[-1]
    sizes = size(record).max(axis=-1, keepdims=True)
    left = [int(r) for r in np.flatnonzero(finite(ends))]
    found = []
    while left:
        members = _linked(ends, left, sizes, tolerance)
        left = [r for r in left if r not in members]
        some = np.array(sorted(members))
        low, high = wilson(len(some), replicas)
        mean = ends[:, :, some].mean(axis=2)
        shared = np.unique(cycles[some])
        period = int(shared[0]) if len(shared) == 1 else 0
        found.append(Basin(len(some) / replicas, low, high, some, mean, period))
    return tuple(sorted(found, key=lambda basin: (-len(basin.replicas), int(basin.replicas[0]))))


def matched(found: Sequence[tuple[Basin, ...]]) -> list[tuple[int, ...]]:
    """A number for each attractor of each value of the parameter, the same for those that continue each other: of two
    neighbouring values, the pairs whose extremes lie closest, within NEAR of the variables' sizes."""
    ends = [[basin.extremes[..., None] for basin in basins] for basins in found]
    if not any(ends):
        return [() for _ in found]
    sizes = size(np.concatenate([own for basins in ends for own in basins]))
    last: list[Floats] = []  # where each attractor was seen last
    numbers = []
    for basins in ends:
        far = sorted(
            (float(moved(before, own, sizes)[0]), number, place)
            for number, before in enumerate(last) for place, own in enumerate(basins)
        )
        given: dict[int, int] = {}
        for distance, number, place in far:
            if distance <= NEAR and place not in given and number not in given.values():
                given[place] = number
        for place, own in enumerate(basins):
            if place not in given:
                given[place] = len(last)
                last.append(own)
            last[given[place]] = own
        numbers.append(tuple(given[place] for place in range(len(basins))))
    return numbers


def _linked(ends: Floats, left: list[int], sizes: Floats, tolerance: float) -> set[int]:
    """The replicas that are linked to the first of those left."""
    rest = np.array(left[1:], dtype=np.int64)
    members, wave = {left[0]}, [left[0]]
    while wave:
        here = wave.pop()
        near = moved(ends[:, :, [here]], ends[:, :, rest], sizes) <= tolerance
        members.update(new := rest[near].tolist())
        wave += new
        rest = rest[~near]
    return members
