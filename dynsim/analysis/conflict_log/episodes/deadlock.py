"""Deadlock: agents push a variable in opposite directions, and it barely moves."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ....algebra.graph import Expr
from ....arrays import Floats
from ...reading.moves import movers
from ...reading.observe import cancelling, movement
from ...reading.rest import Peaks, resting
from ...reading.sample import Sample
from ...reading.study import Study
from ..tracker import Episodes
from .base import KINDS, Cells, SignalKind


@KINDS.register
class Deadlock(SignalKind):
    """Agents push a variable in opposite directions, and it barely moves.

    A candidate is a variable v with several movers. Signal: 1 − |Σ_j u_jv|/Σ_j |u_jv|, averaged over the nodes of a
    population; 0 if Σ_j |u_jv| is at rest, compared with its own maximum so far.

    on = 0.9, off = 0.6: an episode begins when at most one tenth of the effort moves the variable, and ends when four
    tenths do. a and b are the agents with the strongest pushes up and down at the peak. The harm is what the movers do
    to each other.
    """

    name = "deadlock"
    on, off = 0.9, 0.6
    needs = ("program", "objectives", "ledger")

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        agents = study.program.agents
        self._movers = [movers(study, v) for v in self.candidates]
        self._moves = [
            [movement(agents[j], v) for j in those]
            for v, those in zip(self.candidates, self._movers, strict=True)
        ]
        self._signals = [
            cancelling([agents[j].moves[v] for j in those])
            for v, those in zip(self.candidates, self._movers, strict=True)
        ]
        self._peaks = Peaks(len(self.candidates), study.replicas)

    def find_candidates(self) -> list[str]:
        return [v for v in self.source.variables if len(movers(self.source, v)) > 1]

    def expressions(self) -> Iterable[Expr]:
        return [*self._signals, *(move for moves in self._moves for move in moves)]

    def signal(self, sample: Sample) -> Floats:
        effort = np.stack([np.abs(sample.stack(moves)).sum(axis=0) for moves in self._moves])
        # Efforts that have decayed to almost nothing still cancel, but they are no deadlock.
        active = resting(effort, self._peaks.feed(effort)) > 0.0
        return np.where(active, sample.stack(self._signals), 0.0)

    def amounts(self, sample: Sample, candidate: Cells, replica: Cells) -> Floats:
        """The harm to every agent by the variable's other movers."""
        rates = np.zeros((len(candidate), len(self.source.agents), len(sample.times)))
        for c, those in enumerate(self._movers):
            cells = np.flatnonzero(candidate == c)
            for i in those:
                others = [j for j in those if j != i]  # without the agent's effect on itself
                with np.errstate(invalid="ignore"):  # ∞ − ∞, just before a replica diverges
                    rates[cells, i] = sample.ledger[i, others].sum(axis=0)[:, replica[cells]].T
        return rates.transpose(2, 1, 0)

    def marks(self, sample: Sample, candidate: Cells, replica: Cells) -> Floats:
        """Every agent's move of the variable, and its objective."""
        agents = len(self.source.agents)
        marks = np.zeros((len(sample.times), 2 * agents, len(candidate)))
        marks[:, agents:] = sample.objectives[:, :, replica].swapaxes(0, 1)
        for c, (those, moves) in enumerate(zip(self._movers, self._moves, strict=True)):
            cells = np.flatnonzero(candidate == c)
            for j, move in zip(those, moves, strict=True):
                marks[:, j, cells] = sample[move][:, replica[cells]]
        return marks

    def rows(self, found: Episodes) -> pd.DataFrame:
        names = self.source.agents
        pushes, change = found.at_peak[: len(names)], (found.at_end - found.at_onset)[len(names) :]
        a, b, each = pushes.argmax(axis=0), pushes.argmin(axis=0), np.arange(len(found.candidate))
        harms = np.stack([found.amounts[a, each], found.amounts[b, each]])
        return self.table_of(
            found,
            [f"{names[i]}, {names[j]}" for i, j in zip(a, b, strict=True)],
            [self.candidates[c] for c in found.candidate],
            harms[0], harms[1],
            self.outcomes(found, a, b, np.stack([change[a, each], change[b, each]]), harms),
        )
