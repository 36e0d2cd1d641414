"""Oscillations that are too fast for the record: with fewer than two recorded ticks in a period, the motion that the
record shows is an artefact, *aliased* (Shannon 1949).

One step of length h (one_step.py) from recorded states x to x' gives the angular frequency ω of the motion:

    |x' − x| = 2 A sin(ωh/2),    A = |x − x̄|,    both as root mean squares over recorded ticks

This is exact for a rotation seen at evenly spread phases. Recorded phases are never quite even, so the test is stricter
than Shannon's: a period 2π/ω counts as resolved from RECORDS = 2.5 recording intervals on.

Fast growth also makes long steps. It differs in that the state really goes as far as its steps promise: a motion is
aliased only if steps of the first one's length would go more than AHEAD times as far as the next recorded state is.
"""

from __future__ import annotations

import numpy as np

from ...arrays import Flags, Floats, Integers
from ...record.recording import Block
from ..reading.sampling import spread_over
from ..reading.study import Study
from .one_step import after_a_step, interval, step_length

TICKS = 32  # pairs of ticks that the test reads
RECORDS = 2.5  # recording intervals: the shortest period that a record resolves
AHEAD = np.pi / RECORDS / np.sin(np.pi / RECORDS)  # a rotation of that period: arc over chord


def looks(first: int, stop: int) -> Integers:
    """The ticks that `aliased` reads of the record from `first` to before `stop`: evenly spread pairs of neighbours."""
    ticks = spread_over(first, max(stop - 1, first + 1), TICKS)
    return np.unique(np.concatenate([ticks, ticks + 1]))


def aliased(study: Study, block: Block) -> dict[str, Flags]:
    """In which replicas, (R,), each state slot oscillates too fast for the record. block: the record at the ticks that
    `looks` names. A population is aliased if its mean or its standard deviation is."""
    after = after_a_step(study, block)
    neighbours = np.flatnonzero(np.diff(block.times) < 1.5 * interval(study))
    found = {}
    for name in (slot.name for slot in study.observables.slots):
        flags = []
        for x, moved in zip(views(block.values[name]), views(after[name]), strict=True):
            with np.errstate(all="ignore"):
                squares = np.mean((x - x.mean(axis=0)) ** 2, axis=0), np.mean((moved - x) ** 2, axis=0)
                went, steps = (x[neighbours + 1] - x[neighbours]) ** 2, (moved - x)[neighbours] ** 2
                ahead = np.sqrt(steps.sum(axis=0)) * interval(study) / step_length(study)
                flags.append(too_fast(study, *squares) & (ahead > AHEAD * np.sqrt(went.sum(axis=0))))
        found[name] = np.logical_or.reduce(flags)
    return found


def too_fast(study: Study, size: Floats, chord: Floats) -> Flags:
    """Whether a period is aliased. size, chord: the mean squares of x − x̄ and of x' − x."""
    with np.errstate(all="ignore"):
        angle = 2.0 * np.arcsin(np.sqrt(np.minimum(chord / size, 4.0)) / 2.0)
        return np.asarray(2.0 * np.pi * step_length(study) < RECORDS * interval(study) * angle * (1.0 - 1e-9))


def views(x: Floats) -> list[Floats]:
    """The coordinates of a slot, (K, R) each: of a population, the mean and the standard deviation over its nodes."""
    return [x] if x.ndim == 2 else [x.mean(axis=1), x.std(axis=1)]
