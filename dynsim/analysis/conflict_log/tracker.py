"""From a signal to episodes: two thresholds and a tolerance for pauses, for all candidates and replicas at once.

An episode opens at the first recorded tick with signal ≥ on, and continues while signal ≥ off. A pause belongs to it if
the signal returns within one recorded tick, or within PATIENCE times the duration of the episode so far: a rotation
whose harm touches zero at every quarter turn is one conflict, not a thousand. Its end is its last tick with signal ≥
off. A single tick is no episode, because it has no duration and cannot be distinguished from noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...arrays import Floats

PATIENCE = 0.25
ABOVE = 1 + 1e-9  # by what factor a new peak exceeds the old one, so that rounding moves no peak


@dataclass(frozen=True)
class Episodes:
    """N episodes that were found.

    candidate, replica: (N,). onset, peak, end: times, (N,). intensity: the largest signal. amounts: integrated from
    onset to end, (A, N). at_onset, at_peak, at_end: marks at these times, (M, N). open: whether the episode was still
    going on at the last recorded tick.
    """

    candidate: NDArray[np.int64]
    replica: NDArray[np.int64]
    onset: Floats
    peak: Floats
    end: Floats
    intensity: Floats
    amounts: Floats
    at_onset: Floats
    at_peak: Floats
    at_end: Floats
    open: NDArray[np.bool_]


class Tracker:
    """Finds the episodes of one signal per cell (candidate, replica), fed in blocks; all state is per cell.

    amounts are rates. They are integrated by the left rule on a discrete clock, which is exact where every step is
    recorded, and by the trapezoidal rule on a continuous one.
    """

    def __init__(self, candidates: int, replicas: int, on: float, off: float, continuous: bool) -> None:
        self.replicas = replicas
        self.on, self.off = on, off
        self.before = 0.5 if continuous else 1.0  # the weight of an interval's first tick
        cells = candidates * replicas
        self._flag: dict[str, NDArray[Any]] = {"open": np.zeros(cells, bool)}
        self._flag |= {name: np.zeros(cells, np.int64) for name in ("paused", "ticks")}
        self._time = {name: np.full(cells, np.nan) for name in ("onset", "peak", "end", "intensity")}
        self._wide: dict[str, Floats] = {}
        self._last_time = np.nan
        self._found: list[Episodes] = []

    def live(self, signal: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(candidates, replicas) of the cells that a block (C, K, R) of the signal can change."""
        cells = self._flag["open"].reshape(-1, self.replicas) | (signal >= self.on).any(axis=1)
        candidate, replica = np.nonzero(cells)
        return candidate, replica

    def feed(self, times: Floats, candidate: Any, replica: Any, signal: Floats, amounts: Floats, marks: Floats) -> None:
        """A block for its live cells: signal (K, N), amounts (K, A, N), marks (K, M, N)."""
        cells = candidate * self.replicas + replica
        if len(cells):
            # The live cells are copied out, stepped and written back, so a tick costs nothing for all others.
            state = self._take(cells, amounts.shape[1], marks.shape[1])
            last = self._last_time
            with np.errstate(invalid="ignore", over="ignore"):
                for tick, time in enumerate(times):
                    self._step(state, cells, last, time, signal[tick], amounts[tick], marks[tick])
                    last = time
            self._put(cells, state)
        self._last_time = times[-1]

    def finish(self) -> Episodes | None:
        """Everything found, with the episodes that are open at the end of the record; None if there is nothing."""
        still = np.flatnonzero(self._flag["open"])
        if len(still):
            state = {name: values[..., still] for name, values in (self._flag | self._time | self._wide).items()}
            # An open episode may be in a pause. It is still going on only if its signal held at the last tick.
            self._close(state, still, np.ones(len(still), bool), state["end"] == self._last_time)
        if not self._found:
            return None
        return Episodes(**{
            name: np.concatenate([getattr(part, name) for part in self._found], axis=-1)
            for name in Episodes.__annotations__
        })

    def _take(self, cells: NDArray[np.int64], amounts: int, marks: int) -> dict[str, Any]:
        if not self._wide:
            count = len(self._flag["open"])
            self._wide = {name: np.zeros((amounts, count)) for name in ("rate", "running", "amounts")}
            self._wide |= {name: np.zeros((marks, count)) for name in ("at_onset", "at_peak", "at_end")}
        return {name: values[..., cells] for name, values in (self._flag | self._time | self._wide).items()}

    def _put(self, cells: NDArray[np.int64], state: dict[str, Any]) -> None:
        for name, values in (self._flag | self._time | self._wide).items():
            values[..., cells] = state[name]

    def _step(
        self, s: dict[str, Any], cells: Any, last: float, time: float, signal: Floats, amounts: Floats, marks: Floats
    ) -> None:
        """One tick for all live cells."""
        held = signal >= self.off  # False where the signal is NaN
        s["paused"] = np.where(held, 0, s["paused"] + 1)
        # A pause is compared with the episode so far, so no unit of time has to be chosen.
        given_up = s["open"] & (s["paused"] > 1) & (time - s["end"] > PATIENCE * (s["end"] - s["onset"]))
        if given_up.any():
            self._close(s, cells, given_up, np.zeros(len(cells), bool))
        was_open = s["open"]  # the interval that ends now belongs to an episode only if it was open when it began
        opens = ~was_open & (signal >= self.on)
        if was_open.any():
            rate = self.before * s["rate"] + (1.0 - self.before) * amounts
            s["running"] += np.where(was_open, rate * (time - last), 0.0)
        if opens.any():
            s["open"] = was_open | opens
            s["running"][:, opens] = 0.0  # the cell's last episode may have left an integral here
            s["at_onset"] = np.where(opens, marks, s["at_onset"])
            s["onset"] = np.where(opens, time, s["onset"])
            s["ticks"] = np.where(opens, 0, s["ticks"])
        # A pause counts only once the signal has returned: amounts and marks are updated where the signal holds.
        now = s["open"] & held
        higher = opens | (now & (signal > ABOVE * s["intensity"]))
        s["ticks"] += now
        for name, where, value in (
            ("end", now, time), ("amounts", now, s["running"]), ("at_end", now, marks),
            ("peak", higher, time), ("intensity", higher, signal), ("at_peak", higher, marks),
        ):
            s[name] = np.where(where, value, s[name])
        s["rate"] = amounts

    def _close(
        self, s: dict[str, Any], cells: NDArray[np.int64], which: NDArray[np.bool_], still_open: NDArray[np.bool_]
    ) -> None:
        s["open"] = s["open"] & ~which
        # One tick above the threshold has no duration, and cannot be distinguished from noise.
        k = np.flatnonzero(which & (s["ticks"] > 1))
        if len(k):
            candidate, replica = np.divmod(cells[k], self.replicas)
            self._found.append(Episodes(
                candidate, replica, s["onset"][k], s["peak"][k], s["end"][k], s["intensity"][k], s["amounts"][:, k],
                s["at_onset"][:, k], s["at_peak"][:, k], s["at_end"][:, k], still_open[k],
            ))
