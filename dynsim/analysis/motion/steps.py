"""What happens between two recorded ticks: one step from a recorded state, and the oscillations too fast for a record.

The step is the clock's own on a discrete clock. On a continuous one it is the way that the drift goes in PROBE of the
recording interval. From a state x to x', it shows an angular frequency ω for what is recorded:

    |x' − x| = 2 A sin(ωh/2),    A = |x − x̄|,    both as root mean squares over recorded ticks; h: the step

which is exact for a rotation seen at evenly spread phases. With fewer than two recorded ticks a period is *aliased*:
what the record shows of it is an artefact (Shannon 1949). As phases are never quite even, 2π/ω has to be at least
RECORDS = 2.5 recording intervals for a period to be told. What is aliased also goes AHEAD times as far, if every step
is as long as the first one, as from one record to the next: what only grows fast does not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Floats
from ...engine.interpreted.stepping import along, derivative, step_discrete
from ...record.recording import Block
from ..reading.chance import numbers
from ..reading.sampling import spread_over
from ..reading.study import Study

Flags = NDArray[np.bool_]

PROBE = 1e-3
TICKS = 32  # at which a motion is looked at
RECORDS = 2.5
AHEAD = np.pi / RECORDS / np.sin(np.pi / RECORDS)  # of a rotation with that period: its speed over that of its chords


def coarse(study: Study) -> bool:
    """Whether anything can happen between two recorded ticks."""
    return len(study.times) > 1 and (study.program.clock.continuous or _interval(study) > 1.0)


def after_a_step(study: Study, block: Block) -> dict[str, Floats]:
    """Every state slot one step after each tick of a block, in the shape it has there. What a projection holds is left
    where it is: the drift alone does not say where it goes."""
    program, times = study.program, block.times[:, None]
    values: dict[str, Any] = dict(study.recording.parameters)
    for name, x in block.values.items():
        values[name] = x if x.ndim == 2 else np.moveaxis(x, 1, 0)
    exprs = program.drift.values() if program.clock.continuous else program.computed
    random = numbers(program, study.recording, exprs, times)
    if program.clock.continuous:
        rates = derivative(program, values, times, random)
        free = {name: rate for name, rate in rates.items() if name not in program.projection}
        after = along(values, free, _step(study))
    else:
        after = step_discrete(program, values, times, random)
    return {name: after[name] if after[name].ndim == 2 else np.moveaxis(after[name], 0, 1) for name in block.values}


def looks(first: int, stop: int) -> NDArray[np.int64]:
    """The ticks, in pairs of neighbours, by which `aliased` judges the record from `first` to before `stop`."""
    ticks = spread_over(first, max(stop - 1, first + 1), TICKS)
    return np.unique(np.concatenate([ticks, ticks + 1]))


def aliased(study: Study, block: Block) -> dict[str, Flags]:
    """Which state slots, of which replicas (R,), oscillate faster than is recorded, by the ticks `looks` of the record;
    a population as its mean or its standard deviation does. What only grows fast goes farther from record to record."""
    after = after_a_step(study, block)
    neighbours = np.flatnonzero(np.diff(block.times) < 1.5 * _interval(study))
    found = {}
    for name in (slot.name for slot in study.observables.slots):
        flags = []
        for x, moved in zip(views(block.values[name]), views(after[name]), strict=True):
            with np.errstate(all="ignore"):
                squares = np.mean((x - x.mean(axis=0)) ** 2, axis=0), np.mean((moved - x) ** 2, axis=0)
                went, steps = (x[neighbours + 1] - x[neighbours]) ** 2, (moved - x)[neighbours] ** 2
                ahead = np.sqrt(steps.sum(axis=0)) * _interval(study) / _step(study)
                flags.append(too_fast(study, *squares) & (ahead > AHEAD * np.sqrt(went.sum(axis=0))))
        found[name] = np.logical_or.reduce(flags)
    return found


def too_fast(study: Study, size: Floats, chord: Floats) -> Flags:
    """Whether the period is aliased, by the mean squares of x − x̄ and of x' − x."""
    with np.errstate(all="ignore"):
        angle = 2.0 * np.arcsin(np.sqrt(np.minimum(chord / size, 4.0)) / 2.0)
        return np.asarray(2.0 * np.pi * _step(study) < RECORDS * _interval(study) * angle * (1.0 - 1e-9))


def views(x: Floats) -> list[Floats]:
    """A scalar slot, (K, R), or the mean and the standard deviation of a population over its nodes."""
    return [x] if x.ndim == 2 else [x.mean(axis=1), x.std(axis=1)]


def _interval(study: Study) -> float:
    return float(study.times[1] - study.times[0])


def _step(study: Study) -> float:
    return PROBE * _interval(study) if study.program.clock.continuous else 1.0
