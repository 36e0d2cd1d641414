"""Oscillation: a variable swings regularly for a while."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....arrays import Floats
from ...motion.aliasing import too_fast
from ...motion.one_step import after_a_step, coarse
from ...reading.moves import movers
from ...reading.sample import Sample
from ...reading.sampling import at_ticks, spread_over
from ...reading.study import Study
from ..tracker import ABOVE
from .base import COLUMNS, KINDS, EpisodeKind

LIKE_THE_LAST = 0.8  # the size and period of a regular swing are within this factor of the previous ones
REGULAR_SWINGS = 6  # three periods
LEAST_SIZE = 1e-3  # of the variable's range so far
GROWTH = 1.25  # of the swings over an episode
LOOKS = 32  # ticks of an oscillation at which a step is repeated
MOST_LOOKS = 512  # of all together


@KINDS.register
class Oscillation(EpisodeKind):
    """A variable swings regularly for at least three periods.

    Every scalar state variable x is a candidate. A swing leads from one turning point of x to the next. It is regular
    if three conditions hold. Its size is within a factor of 0.8 of the previous swing's. The period that it completes
    (from the turning point before last) is within that factor, or one recorded tick, of the previous period. And it is
    larger than 1e-3 of the range of x so far.

    An episode opens with the sixth regular swing in a row (on), that is after three periods; noise turns as often but
    rarely swings regularly for so long. It ends with the first irregular swing (off), or when x has not turned for two
    periods. onset: the beginning of the first swing. end: the last turning point. peak: the end of the largest swing.
    intensity: the size of that swing over the range of x so far. agents: the movers of x. Harm is not defined (NaN).
    outcome, from the first to the last swing: "grew" or "faded" by a factor of 1.25, or "steady". Oscillations that are
    too fast for the record, with a period below two recording intervals or too close to it, are left out (aliasing.py).
    """

    name = "oscillation"
    needs = ("program",)

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._study = study
        self._slots = [slot.name for slot in study.observables.slots if slot.domain.kind == "scalar"]
        cells = len(self._slots) * study.replicas
        names = ("x", "low", "high", "direction", "turned", "turned_before", "at", "swing", "period", "time", "run",
                 "onset", "end", "peak", "largest", "intensity", "first", "last")  # fmt: skip
        self._state = {name: np.full(cells, np.nan) for name in names}
        self._state["run"] = np.zeros(cells)
        self._state["direction"] = np.zeros(cells)
        self._found: list[dict[str, Any]] = []
        self._interval = np.nan

    def feed(self, sample: Sample) -> None:
        if not self._slots:
            return
        values = np.stack([sample.states[name] for name in self._slots], axis=1).reshape(len(sample.times), -1)
        with np.errstate(invalid="ignore", divide="ignore"):
            for time, x in zip(sample.times, values, strict=True):
                self._step(float(time), x)

    def _step(self, time: float, x: Floats) -> None:
        s = self._state
        before = s["time"][0] if len(s["time"]) else np.nan
        step = np.sign(x - s["x"])
        turns = (step * s["direction"]) < 0.0
        if turns.any():
            self._turn(before, np.flatnonzero(turns))
        # A variable at rest never turns again, so no irregular swing would end its oscillation.
        lapsed = (s["run"] >= REGULAR_SWINGS) & ~(time - s["turned"] <= 2 * s["period"])
        if lapsed.any():
            self._close(np.flatnonzero(lapsed), still_open=False)
        # A tick without motion is no turning point, and neither is the NaN of a replica that diverged.
        s["direction"] = np.where(np.isfinite(step) & (step != 0.0), step, s["direction"])
        s["low"], s["high"] = np.fmin(s["low"], x), np.fmax(s["high"], x)
        s["x"] = x
        s["time"] = np.full_like(s["time"], time)
        self._interval = time - before

    def _turn(self, time: float, k: Any) -> None:
        """x turned at `time`, the tick before this one, in the cells k."""
        s = {name: values[k] for name, values in self._state.items()}
        swing, period = np.abs(s["x"] - s["at"]), time - s["turned_before"]
        regular = _alike(swing, s["swing"]) & (swing > LEAST_SIZE * (s["high"] - s["low"]))
        # Turning points lie at recorded ticks, so a period is known to within one tick.
        regular &= _alike(period, s["period"]) | (np.abs(period - s["period"]) <= 1.001 * self._interval)
        ending = ~regular & (s["run"] >= REGULAR_SWINGS)
        if ending.any():
            self._close(k[ending], still_open=False)
        starting = regular & (s["run"] == 0)
        larger = starting | (regular & (swing > ABOVE * s["largest"]))
        new = {
            "run": np.where(regular, s["run"] + 1, 0), "onset": np.where(starting, s["turned"], s["onset"]),
            "first": np.where(starting, swing, s["first"]), "last": np.where(regular, swing, s["last"]),
            "end": np.where(regular, time, s["end"]), "peak": np.where(larger, time, s["peak"]),
            "largest": np.where(larger, swing, s["largest"]),
            "intensity": np.where(larger, swing / (s["high"] - s["low"]), s["intensity"]),
            "turned_before": s["turned"], "turned": np.full(len(k), time), "at": s["x"], "swing": swing,
            "period": period,
        }
        for name, values in new.items():
            self._state[name][k] = values

    def _close(self, k: Any, still_open: bool) -> None:
        """Keep the oscillations that end, in the cells k."""
        s, replicas = self._state, self.source.replicas
        for cell in k:
            v = self._slots[cell // replicas]
            growth = s["last"][cell] / s["first"][cell]
            outcome = "grew" if growth > GROWTH else "faded" if growth < 1 / GROWTH else "steady"
            self._found.append({
                "replica": cell % replicas, "kind": self.name,
                "agents": ", ".join(self.source.agents[j] for j in movers(self.source, v)), "variables": v,
                "onset": s["onset"][cell], "peak": s["peak"][cell], "end": s["end"][cell], "open": still_open,
                "intensity": s["intensity"][cell], "harm": np.nan, "harm_a": np.nan, "harm_b": np.nan,
                "outcome": outcome,
            })
        s["run"][k] = 0

    def result(self) -> pd.DataFrame:
        self._close(np.flatnonzero(self._state["run"] >= REGULAR_SWINGS), still_open=True)
        found = pd.DataFrame(self._found, columns=list(COLUMNS))
        return found[~self._aliased(found)] if len(found) and coarse(self._study) else found

    def _aliased(self, found: pd.DataFrame) -> NDArray[np.bool_]:
        """Which oscillations are too fast for the record, judged by ticks within them and by ticks of the whole
        record."""
        # Only a few steps are repeated: each costs as much as its simulation.
        study, times = self._study, self._study.times
        first, last = (np.searchsorted(times, found[name].to_numpy(float)) for name in ("onset", "end"))
        inside = [spread_over(a, b + 1, LOOKS) for a, b in set(zip(first.tolist(), last.tolist(), strict=True))]
        ticks = np.unique(np.concatenate([*inside, spread_over(0, len(times), LOOKS)]))
        ticks = ticks[spread_over(0, len(ticks), MOST_LOOKS)]
        block = at_ticks(study, ticks)
        after = after_a_step(study, block)
        start, stop = np.searchsorted(ticks, first), np.searchsorted(ticks, last, side="right")
        result = np.zeros(len(found), bool)
        for name, rows in found.groupby("variables", sort=False).indices.items():
            x, replica = block.values[str(name)], found["replica"].to_numpy(int)[rows]
            away, moved = x - x[0], after[str(name)] - x
            moments = [_running(values) for values in (np.ones(x.shape), away, away**2, moved**2)]
            for a, b in ((start[rows], stop[rows]), (0, len(ticks))):
                n, total, squares, chords = (sums[b, replica] - sums[a, replica] for sums in moments)
                with np.errstate(all="ignore"):
                    result[rows] |= too_fast(study, squares / n - (total / n) ** 2, chords / n)
        return result


def _running(values: Floats) -> Floats:
    """The sums of values (K, R) over the ticks before each, and over all, (K + 1, R)."""
    return np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(np.nan_to_num(values), axis=0)])


def _alike(a: Floats, b: Floats) -> Any:
    """Within a factor of LIKE_THE_LAST of each other; False where one is NaN."""
    return (a >= LIKE_THE_LAST * b) & (b >= LIKE_THE_LAST * a)
