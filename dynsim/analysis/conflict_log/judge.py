"""The verdict on a replica, from the final half of its record. The log metric `verdict` documents the rules."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...arrays import Floats
from ...record.recording import Block
from ..motion.final_half import FinalHalf
from ..motion.one_step import after_a_step
from ..motion.verdicts import CONVERGED, DIVERGED, NUMBER, UNSETTLED, VERDICTS
from ..reading.sample import Sample
from ..reading.study import Study

STILL = 1e-6
NEARLY_STILL = 1e-3
SHRINKING = 0.3
LEAST_TICKS = 8

JUDGED = "judged"  # among what metrics of one study share


class Judge:
    """Sees the record of a study once, in blocks, and gives a verdict on every replica."""

    def __init__(self, study: Study) -> None:
        self.study = study
        ticks = len(study.times)
        self._half, self._three_quarters, self._ticks = ticks // 2, 3 * ticks // 4, ticks
        self._bounds = {slot.name: _Bounds() for slot in study.observables.slots}
        self._last: Block | None = None

    def feed(self, sample: Sample) -> None:
        """The next block."""
        for name, bounds in self._bounds.items():
            for quarters, ticks in self._parts(sample.start, len(sample.times)):
                bounds.feed(quarters, sample.states[name][ticks])
        self._last = Block(sample.times[-1:], {name: values[-1:].copy() for name, values in sample.states.items()})

    def _parts(self, start: int, count: int) -> list[tuple[str, slice]]:
        """Which ticks of a block lie in which part of the record."""
        ends = (0, self._half, self._three_quarters, self._ticks)
        cuts = [(max(a - start, 0), min(b - start, count)) for a, b in pairwise(ends)]
        return [(name, slice(a, b)) for name, (a, b) in zip(("first", "q3", "q4"), cuts, strict=True) if a < b]

    def verdicts(self) -> pd.DataFrame:
        """The columns of the log metric `verdict`, after the last block."""
        found, recording = dict(self.found), self.study.recording
        slots = np.array([*(slot.name for slot in self.study.program.states), None], dtype=object)
        verdict, period, variables = (found.pop(name) for name in ("verdict", "period", "variables"))
        return pd.DataFrame({
            "verdict": np.array(VERDICTS, dtype=object)[verdict], "period": period,
            "diverged_at": recording.diverged_at, "diverged_variable": slots[recording.diverged_slot].tolist(),
            **{f"verdict.{name}": values for name, values in found.items()}, "verdict.variables": variables,
        })

    @property
    def found(self) -> dict[str, NDArray[Any]]:
        """Of every replica, (R,), after the last block: `verdict`, its place in VERDICTS, and what belongs to it."""
        # Several plug-ins of one pass have a judge of their own, but the costly steps and spectra behind a verdict are
        # computed once.
        if JUDGED not in self.study.shared:
            self.study.shared[JUDGED] = self._judged()
        found: dict[str, NDArray[Any]] = self.study.shared[JUDGED]
        return found

    def _judged(self) -> dict[str, NDArray[Any]]:
        replicas = self.study.replicas
        diverged = np.isfinite(self.study.recording.diverged_at)
        found: dict[str, NDArray[Any]] = {
            "verdict": np.full(replicas, NUMBER[UNSETTLED], np.int8),
            **{name: np.full(replicas, np.nan) for name in ("period", "rate", "doubling_time", "size", "speed")},
            "variables": np.full(replicas, "", dtype=object),
        }
        if self._ticks >= LEAST_TICKS and self._bounds and self._last is not None:
            scales = self._scales()
            stopped = self._stopped(scales, self._last)
            found["verdict"][stopped] = NUMBER[CONVERGED]
            left = np.flatnonzero(~stopped & ~diverged)
            if len(left):
                told = FinalHalf(self.study, left, scales, STILL, self._last).told()
                for name, values in found.items():
                    values[left] = told[name]
        found["verdict"][diverged] = NUMBER[DIVERGED]  # last, whatever the ticks before looked like
        if not self.study.program.clock.continuous:
            found["rate"] = np.expm1(found["rate"])
        return found

    def _scales(self) -> dict[str, Floats]:
        """The scale of every variable's motion, per slot (R,) or (n, R)."""
        # A variable that never moved has no range, and one that is negligible beside the others moves by their rounding
        # errors.
        largest = {name: _over_nodes(np.maximum, b.size) for name, b in self._bounds.items()}
        of_all = np.maximum.reduce(list(largest.values()))
        return {
            name: np.maximum(np.maximum(b.range("first", "q3", "q4"), 1e-9 * b.size), 1e-12 * of_all)
            for name, b in self._bounds.items()
        }

    def _stopped(self, scales: Mapping[str, Floats], last: Block) -> NDArray[np.bool_]:
        """Whether every variable of a replica has come to rest, (R,)."""
        result = np.ones(self.study.replicas, bool)
        for name, b in self._bounds.items():
            before, after, scale = b.range("q3"), b.range("q4"), scales[name]
            still = (after <= STILL * scale) | ((after <= NEARLY_STILL * scale) & (after <= SHRINKING * before))
            result &= _over_nodes(np.logical_and, still)
        return result & self._stays(scales, last) if result.any() else result

    def _stays(self, scales: Mapping[str, Floats], last: Block) -> NDArray[np.bool_]:
        """Whether the step after the last recorded tick also moves nothing. True for systems with random numbers."""
        result = np.ones(self.study.replicas, bool)
        # A record of every tenth step of a cycle of ten shows no motion; one more step does.
        if self.study.program.random:
            return result
        after = after_a_step(self.study, last)
        for name, b in self._bounds.items():
            with np.errstate(invalid="ignore"):
                moved = np.abs(after[name][0] - last.values[name][0])
                result &= _over_nodes(np.logical_and, moved <= np.maximum(b.range("q4"), STILL * scales[name]))
        return result


class _Bounds:
    """The least and the largest value over the ticks of each part of the record; NaN stays NaN."""

    def __init__(self) -> None:
        self.ends: dict[str, tuple[Floats, Floats]] = {}

    def feed(self, part: str, values: Floats) -> None:
        """values: (K, …)."""
        # min and not nanmin: a replica that diverged is NaN from there on, and must not count as at rest.
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
