"""The period of the cycle in which every replica ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Floats
from ...errors import InputError
from ...record.recording import Block
from ...settings import number
from ..conflict_log.tables import single
from ..motion.one_step import after_a_step, coarse
from ..motion.verdicts import CYCLING
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import at_ticks, ends
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

TURNS = 2  # turns of the longest period that the end of the record has to hold
MOST_STEPS = 4096  # the longest exact period that is searched by repeating the steps between recorded ticks


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Period(RequestedMetric):
    """The period of the cycle that every replica ends in.

        exact     on a discrete clock, in steps: the smallest n with |x(t + n) − x(t)| ≤ `tolerance` times x's range
                  over the record, for every state variable x, at the last n ticks. The same has to hold for
                  |x(t + kn) − x(t)| with the largest k that the last 2·`longest` ticks allow, so that nothing drifts
        return    the mean time between returns to a Poincaré section, resolved between ticks, in steps or units of
                  time: that of the log metric `verdict`, which states when an orbit counts as closed

    A map with a cycle of n points has an exact period. A slow rotation, whose steps are a small part of a turn, has a
    return that need not be a whole number of steps. A state at rest has the exact period 1 and no return. Where the
    record has only every k-th step, the metric repeats the steps after its last tick until the state is back, at most
    4096 of them; systems with random numbers or events then have no exact period. Chaotic and quasi-periodic motion
    has no period. A period that is too long for the record is not found: n is at most half the ticks of its second
    half, and at most `longest`. Every node of a population has to come back.

    Rows: quantity (exact, return).
    """

    name: ClassVar[str] = "period"
    heading: ClassVar[str] = "After how long does it come back?"
    caption: ClassVar[str] = (
        "The period of the cycle in which each replica ends. exact: the steps after which a map repeats itself (1: it "
        "rests); return: the mean time between returns to the same place, read between ticks."
    )
    value: ClassVar[str] = "period"
    shape: ClassVar = "dots"
    agents: ClassVar = False
    example: ClassVar[str] = """
dynsim: 1
title: a number that changes its sign at every step
variables: {x: {init: 1.0, flow: -2*x}}
clock: {steps: 40}
"""

    tolerance: float = number(1e-6, above=0, doc="of a variable's range over the record: what counts as the same place")
    longest: float = number(256, at_least=1, whole=True, doc="the longest exact period that is looked for, in ticks")

    def values(self, study: Study) -> ReplicaValues:
        if not study.observables.slots:
            raise InputError("there is no state variable here that could come back")
        ending = single(study, "verdict")
        rows = {"return": ending["period"].where(ending["verdict"] == CYCLING).to_numpy(float)}
        if not study.program.clock.continuous:
            rows = {"exact": self._exact(study)} | rows
        return ReplicaValues(pd.DataFrame({"quantity": list(rows)}), np.stack(list(rows.values())))

    def _exact(self, study: Study) -> Floats:
        """The exact period in steps, (R,); NaN if there is none."""
        times = study.times
        ticks = study.even
        longest = min(int(self.longest), (ticks - ticks // 2) // TURNS)
        result = np.full(study.replicas, np.nan)
        if longest < 1:
            return result
        x = _coordinates(study, at_ticks(study, np.arange(ticks - TURNS * longest, ticks)))
        room = self.tolerance * _ranges(study)
        for n in range(1, longest + 1):
            turns = x.shape[1] // n - 1
            apart = np.maximum(*(np.abs(x[:, -n:] - x[:, -(k + 1) * n :][:, :n]).max(axis=1) for k in (1, turns)))
            same = (apart <= room).all(axis=0) & np.isnan(result)
            result[same] = times[ticks - 1] - times[ticks - 1 - n]
        return _within(study, result, room) if coarse(study) else result


def _within(study: Study, periods: Floats, room: Floats) -> Floats:
    """The exact periods of a record that leaves steps out: the steps from its last tick until the state is back. The
    period in recorded ticks is a multiple of this number."""
    result = np.full(study.replicas, np.nan)
    if study.program.random or study.program.events:
        return result
    _, tick = ends(study)
    start = _coordinates(study, tick)[:, 0]
    wanted = np.isfinite(periods) & (periods <= MOST_STEPS)
    for step in range(1, int(periods[wanted].max(initial=0)) + 1):
        tick = Block(tick.times + 1.0, after_a_step(study, tick))
        back = (np.abs(_coordinates(study, tick)[:, 0] - start) <= room).all(axis=0)
        result = np.where(np.isnan(result) & wanted & back & (np.fmod(periods, step) == 0.0), step, result)
    return result


def _coordinates(study: Study, block: Block) -> Floats:
    """All numbers of all state variables, (D, K, R)."""
    parts = [block.values[slot.name] for slot in study.observables.slots]
    return np.concatenate([x[None] if x.ndim == 2 else np.moveaxis(x, 1, 0) for x in parts])


def _ranges(study: Study) -> Floats:
    """max − min over the record, (D, R). At least the size of rounding, so that constant coordinates count as equal."""
    low, high = np.inf, -np.inf
    for block in study.recording.blocks():
        x = _coordinates(study, block)
        low, high = np.minimum(low, x.min(axis=1)), np.maximum(high, x.max(axis=1))
    result: Floats = np.maximum(high - low, 1e-9 * np.maximum(np.abs(high), np.abs(low)))
    return result
