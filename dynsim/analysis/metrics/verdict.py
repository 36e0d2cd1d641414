"""The verdict on every replica: did it converge, does it cycle, did it diverge?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...record.recording import Block
from ..metric import METRICS, Metric
from ..returns import Returns
from ..study import Sample, Study

Floats = NDArray[np.float64]

STILL = 1e-6
NEARLY_STILL = 1e-3
STEADY = 0.05
LEAST_TICKS = 8


@METRICS.register
class Verdict(Metric):
    """Whether a replica converged, cycles with what period, diverged, or is unsettled.

    From the final half of the record; q₃ and q₄ are its two quarters, and the scale of a variable is its range over
    the whole record (at least 1e-9 of its own size, and 1e-12 of the largest variable's).

        diverged    left the finite numbers (diverged_at: when; diverged_variable: first where)
        converged   every state variable, and every node of a population, stopped: in q₄ its range is at most STILL
                    scales; or at most NEARLY_STILL and at most half of its range in q₃, so that if it goes on
                    shrinking like that, less is left to go than it went in q₄. A slow spiral is not there yet.
        cycling     it did not stop, the ranges in q₃ and q₄ differ by at most 5 %, and the state returns, after the
                    same time and to the same place, within 2 % of what it goes through (see returns.py). period: the
                    mean time of a return, in steps or units of time. Found from about 7 recorded ticks a period on
                    (fewer if it is a whole number of ticks), and from 4 crossings in the final half.
        unsettled   none of it: still moving, noisy, chaotic, quasi-periodic, or recorded at fewer than 8 ticks

    Only state variables count, not the memory of rules. Of a population the mean and the standard deviation over nodes
    have to return. A discrete run that seems to stand still only because it is recorded once a cycle is unsettled: the
    step after its last recorded tick is made again, and must stand still too (systems that draw random numbers
    excepted).
    """

    name = "verdict"
    table = "summary"
    columns = ("verdict", "period", "diverged_at", "diverged_variable")

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        ticks = len(study.times)
        self._half, self._three_quarters, self._ticks = ticks // 2, 3 * ticks // 4, ticks
        self._bounds = {slot.name: _Bounds() for slot in self.observables.slots}
        self._last: Mapping[str, Floats] = {}

    def expressions(self) -> Iterable[Expr]:
        return ()

    def feed(self, sample: Sample) -> None:
        for name, bounds in self._bounds.items():
            for quarters, ticks in self._parts(sample.start, len(sample.times)):
                bounds.feed(quarters, sample.states[name][ticks])
        self._last = {name: values[-1] for name, values in sample.states.items()}

    def _parts(self, start: int, count: int) -> list[tuple[str, slice]]:
        """Which ticks of a block lie in which part of the record."""
        ends = (0, self._half, self._three_quarters, self._ticks)
        cuts = [(max(a - start, 0), min(b - start, count)) for a, b in pairwise(ends)]
        return [(name, slice(a, b)) for name, (a, b) in zip(("first", "q3", "q4"), cuts, strict=True) if a < b]

    def result(self) -> pd.DataFrame:
        recording = self.study.recording
        diverged = np.isfinite(recording.diverged_at)
        verdict = np.full(self.study.replicas, "unsettled", dtype=object)
        period = np.full(self.study.replicas, np.nan)
        if self._ticks >= LEAST_TICKS and self._bounds:
            scales = self._scales()
            stopped = self._stopped(scales)
            verdict[stopped] = "converged"
            if not (stopped | diverged).all():
                with np.errstate(invalid="ignore", over="ignore"):
                    period = np.where(stopped | diverged, np.nan, self._periods(scales))
                verdict[np.isfinite(period)] = "cycling"
        verdict[diverged] = "diverged"
        slots = [slot.name for slot in self.study.program.states]
        return pd.DataFrame({
            "verdict": verdict, "period": period, "diverged_at": recording.diverged_at,
            "diverged_variable": [slots[k] if k >= 0 else None for k in recording.diverged_slot],
        })

    def _scales(self) -> dict[str, Floats]:
        """Per slot (R,) or (n, R)."""
        largest = {name: _over_nodes(np.maximum, b.size) for name, b in self._bounds.items()}
        of_all = np.maximum.reduce(list(largest.values()))
        return {
            name: np.maximum(np.maximum(b.range("first", "q3", "q4"), 1e-9 * b.size), 1e-12 * of_all)
            for name, b in self._bounds.items()
        }

    def _stopped(self, scales: Mapping[str, Floats]) -> NDArray[np.bool_]:
        result = np.ones(self.study.replicas, bool)
        moved = self._next_step()
        for name, b in self._bounds.items():
            before, after, scale = b.range("q3"), b.range("q4"), scales[name]
            still = (after <= STILL * scale) | ((after <= NEARLY_STILL * scale) & (after <= before / 2))
            still &= moved.get(name, np.zeros(1)) <= np.maximum(after, STILL * scale)
            result &= _over_nodes(np.logical_and, still)
        return result

    def _next_step(self) -> dict[str, Floats]:
        """|x' − x| of every state slot in the step after the last recorded tick; nothing for a continuous clock, or
        where random numbers are drawn."""
        program = self.study.program
        if not program.stages or program.draws:
            return {}
        values: dict[str, Any] = dict(self.study.recording.parameters) | dict(self._last)
        for stage in program.stages:
            new = evaluate(list(stage.values()), values, program.topologies, time=self.study.times[-1])
            values |= dict(zip(stage, new, strict=True))
        with np.errstate(invalid="ignore"):
            return {name: np.abs(values[name] - self._last[name]) for name in self._bounds}

    def _periods(self, scales: Mapping[str, Floats]) -> Floats:
        """The period of every replica, NaN where it does not cycle: reads the final half of the record again."""
        half = [_Bounds() for _ in range(2)]
        for start, block in self._final_half():
            cut = np.clip(self._three_quarters - start, 0, block.ticks)
            for bounds, part in zip(half, (block[:cut], block[cut:]), strict=True):
                if part.ticks:
                    bounds.feed("all", self._coordinates(part.values).swapaxes(0, 1))
        both = _Bounds()
        both.ends = {"q3": half[0].ends["all"], "q4": half[1].ends["all"]}
        ranges = both.range("q3", "q4")
        moving = ranges > STILL * self._coordinate_scales(scales)
        with np.errstate(all="ignore"):
            steady = np.abs(both.range("q4") / both.range("q3") - 1.0) <= STEADY
        ranges = np.where(moving, ranges, 0.0)
        reference = np.argmax(ranges / self._coordinate_scales(scales), axis=0)
        low, high = both.low("q3", "q4"), both.high("q3", "q4")
        level = np.take_along_axis((low + high) / 2, reference[None], axis=0)[0]
        returns = Returns(reference, level)
        for start, block in self._final_half():
            even = block[: max(self.study.even - start, 0)]
            returns.feed(even.times, self._coordinates(even.values))
        return np.where((steady | ~moving).all(axis=0), returns.periods(ranges), np.nan)

    def _final_half(self) -> Iterable[tuple[int, Block]]:
        start = 0
        for block in self.study.recording.blocks():
            part = block[max(self._half - start, 0):]
            if part.ticks:
                yield start + block.ticks - part.ticks, part
            start += block.ticks

    def _coordinates(self, states: Mapping[str, Floats]) -> Floats:
        """What has to return, (D, K, R): scalar slots; mean and standard deviation of a population."""
        parts: list[Floats] = []
        for name in self._bounds:
            x = states[name]
            parts += [x] if x.ndim == 2 else [x.mean(axis=1), x.std(axis=1)]
        return np.stack(parts)

    def _coordinate_scales(self, scales: Mapping[str, Floats]) -> Floats:
        parts: list[Floats] = []
        for scale in scales.values():
            parts += [scale] if scale.ndim == 1 else [scale.max(axis=0)] * 2
        return np.stack(parts)


class _Bounds:
    """The least and the largest value over the ticks of each part of the record; NaN stays NaN."""

    def __init__(self) -> None:
        self.ends: dict[str, tuple[Floats, Floats]] = {}

    def feed(self, part: str, values: Floats) -> None:
        """values: (K, …)."""
        low, high = values.min(axis=0), values.max(axis=0)
        if part in self.ends:
            low, high = np.minimum(low, self.ends[part][0]), np.maximum(high, self.ends[part][1])
        self.ends[part] = low, high

    def low(self, *parts: str) -> Floats:
        return np.minimum.reduce([self.ends[part][0] for part in parts])

    def high(self, *parts: str) -> Floats:
        return np.maximum.reduce([self.ends[part][1] for part in parts])

    def range(self, *parts: str) -> Floats:
        return self.high(*parts) - self.low(*parts)

    @property
    def size(self) -> Floats:
        """max |x| over everything."""
        return np.maximum(-self.low(*self.ends), self.high(*self.ends))


def _over_nodes(reduce: np.ufunc, values: NDArray[Any]) -> NDArray[Any]:
    return values if values.ndim == 1 else reduce.reduce(values, axis=0)
