"""The cells of an experiment as the function that continuation and basins ask."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ....arrays import Floats
from ...search.attractor import Course
from ...work.carried import records_of
from ..base import Ask


class Carrying:
    """Cells along one axis whose states are carried over: each is a run of the scenario from given states.

    shown: the slots with columns for their extremes. failed: the values of the parameter at which a cell failed.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._nodes: dict[str, int] = {}  # slot → number of nodes, 0 for a scalar
        self._moments = self._replicas = 0
        self._cells: dict[tuple[float, bytes], int] = {}
        self.shown: tuple[str, ...] = ()
        self.failed: set[float] = set()

    def begin(self, values: Floats) -> Floats | None:
        """The states (C, d, R) at the end of cells that start as the scenario says, NaN in those that failed; None if
        all of them failed."""
        frames = self._ask([(float(value),) for value in values], 0, None)
        finished = [frame for frame in frames if len(frame)]
        if not finished:
            return None
        self._replicas = 1 + max(int(frame["replica"].max()) for frame in finished)
        first = records_of(finished[0], self._replicas)
        self._nodes = {slot: record.shape[1] if record.ndim == 3 else 0 for slot, record in first.items()}
        self._moments = len(next(iter(first.values())))
        self.shown = tuple(slot for slot in first if f"{slot}.low" in finished[0])
        return self._course(values, frames, np.full((len(values), 1, 1), np.nan)).states

    def advance(self, parameters: Floats, states: Floats) -> Course:
        """See `Advance`."""
        starts = [self._unstacked(own) for own in states]
        frames = self._ask([(float(value),) for value in parameters], 0, None, starts)
        return self._course(parameters, frames, states)

    def cell(self, value: float, states: Floats) -> int:
        """The number of the cell with this value of the parameter that ended with these states; −1 if none did."""
        return self._cells.get((float(value), states.tobytes()), -1)

    def rows(self, slots: Sequence[str]) -> dict[str, int]:
        """The row of states in which each of these scalar slots stands."""
        sizes = [max(nodes, 1) for nodes in self._nodes.values()]
        first = dict(zip(self._nodes, np.cumsum([0, *sizes]).tolist(), strict=False))
        return {slot: first[slot] for slot in slots}

    def _course(self, values: Floats, frames: list[pd.DataFrame], started: Floats) -> Course:
        records = np.stack([self._record(frame) for frame in frames], axis=1)  # the first moment is the start
        last, first = records[-1], np.where(np.isfinite(records[0]), records[0], started)
        states = np.where(np.isfinite(last).all(axis=1, keepdims=True), last, first)
        for value, own, frame in zip(values, states, frames, strict=True):
            if len(frame):
                self._cells[float(value), own.tobytes()] = int(frame["cell"].iloc[0])
            else:
                self.failed.add(float(value))
        return Course(states, records[1:])

    def _record(self, rows: pd.DataFrame) -> Floats:
        """The record of a cell, (1 + K, d, R); NaN if it failed."""
        slots = records_of(rows, self._replicas)
        if not slots:
            return np.full((self._moments, sum(max(n, 1) for n in self._nodes.values()), self._replicas), np.nan)
        return np.concatenate([slots[s] if n else slots[s][:, None] for s, n in self._nodes.items()], axis=1)

    def _unstacked(self, states: Floats) -> dict[str, Floats]:
        """States (d, R) by slot, (R,), or (n, R) for a population."""
        result, row = {}, 0
        for slot, nodes in self._nodes.items():
            result[slot] = states[row : row + nodes].copy() if nodes else states[row].copy()
            row += max(nodes, 1)
        return result
