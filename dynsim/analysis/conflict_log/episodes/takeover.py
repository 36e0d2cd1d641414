"""Takeover: one agent makes nearly all moves of a variable that another agent used to dominate."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from ....algebra.functions import absolute
from ....algebra.graph import Expr
from ....algebra.structural import total
from ....arrays import Floats
from ...reading.moves import movers
from ...reading.rest import Peaks, resting
from ...reading.sample import Sample
from ...reading.study import Study
from ..tracker import Episodes
from .base import KINDS, Cells, SignalKind

NEWEST = 1 / 8  # weight of a tick in the average of an agent's effort


@KINDS.register
class Takeover(SignalKind):
    """One agent makes nearly all moves of a variable that another agent used to dominate.

    A candidate is a variable v with several movers, and one of them, a. The effort e_jv of agent j is |u_jv| (summed
    over the nodes of a population), averaged over the recorded ticks with weights that decay by the factor 1 − 1/8 per
    tick, so that a brief burst is no takeover. Signal: a's share of all effort, e_av/Σ_j e_jv, after another agent b
    has led, that is, has made the largest effort and more than a. The signal is 0 if Σ_j e_jv is at rest.

    on = 0.9, off = 0.5: an episode begins when a makes nine tenths of the effort, and ends when the others make half of
    it again. b is the last agent that led before; harm_a = ∫ ledger[a, b] dt, harm_b = ∫ ledger[b, a] dt.
    """

    name = "takeover"
    on, off = 0.9, 0.5
    needs = ("program", "objectives", "ledger")

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._slots = list(dict.fromkeys(v for v, _ in self.candidates))
        self._efforts = {
            (v, j): total(absolute(study.program.agents[j].moves[v])) for v, j in self.candidates
        }
        self._average = np.full((len(self.candidates), study.replicas), np.nan)
        self._peaks = Peaks(len(self._slots), study.replicas)
        self._leader = np.full((len(self.candidates), study.replicas), -1)
        self._rivals: Cells = np.empty(0, np.int64)

    def find_candidates(self) -> list[tuple[str, int]]:
        by_variable = {v: movers(self.source, v) for v in self.source.variables}
        return [(v, j) for v, agents in by_variable.items() if len(agents) > 1 for j in agents]

    def expressions(self) -> Iterable[Expr]:
        return self._efforts.values()

    def signal(self, sample: Sample) -> Floats:
        efforts = {key: self._averaged(c, sample[self._efforts[key]]) for c, key in enumerate(self.candidates)}
        sums = np.stack([sum(e for (w, _), e in efforts.items() if w == v) for v in self._slots])
        active = resting(sums, self._peaks.feed(sums))
        signal = np.zeros((len(self.candidates), *sample.shape))
        rivals = np.empty(signal.shape, np.int64)
        for c, (v, a) in enumerate(self.candidates):
            k = self._slots.index(v)
            others = [j for w, j in self.candidates if w == v and j != a]
            strongest = np.stack([efforts[v, j] for j in others])
            led = (strongest.max(axis=0) > efforts[v, a]) & (active[k] > 0.0)
            rivals[c] = self._last_leader(c, np.where(led, np.array(others)[strongest.argmax(axis=0)], -1))
            with np.errstate(invalid="ignore", divide="ignore"):
                share = np.where(active[k] > 0.0, efforts[v, a] / sums[k], 0.0)
            signal[c] = np.where(rivals[c] >= 0, share, 0.0)
        self._rivals = rivals
        return signal

    def _averaged(self, candidate: int, effort: Floats) -> Floats:
        """The running average of an effort (K, R), carried from block to block."""
        result = np.empty(effort.shape)
        average = self._average[candidate]
        # Each average depends on the one before, so the loop over ticks cannot be vectorised.
        for tick, now in enumerate(effort):
            average = np.where(np.isnan(average), now, average + NEWEST * (now - average))
            result[tick] = average
        self._average[candidate] = average
        return result

    def _last_leader(self, candidate: int, leaders: Cells) -> Cells:
        """The last entry ≥ 0 up to each tick of (K, R), carried from block to block; −1 before the first."""
        known = np.concatenate([self._leader[candidate][None], leaders])
        # The number of the last tick with a leader, up to each tick: a running maximum of tick numbers.
        ticks = np.maximum.accumulate(np.where(known >= 0, np.arange(len(known))[:, None], 0), axis=0)
        filled = np.take_along_axis(known, ticks, axis=0)
        self._leader[candidate] = filled[-1]
        return filled[1:]

    def amounts(self, sample: Sample, candidate: Cells, replica: Cells) -> Floats:
        a, b = self._sides(candidate, replica)
        tick = np.arange(len(sample.times))[:, None]
        harms = [sample.ledger[a, b, tick, replica], sample.ledger[b, a, tick, replica]]
        return np.stack(harms, axis=1)

    def marks(self, sample: Sample, candidate: Cells, replica: Cells) -> Floats:
        """The rival, and every agent's objective."""
        # The rival can change from tick to tick: all objectives are kept, and two of them are selected at the end.
        _, rival = self._sides(candidate, replica)
        objectives = sample.objectives[:, :, replica]
        return np.concatenate([rival[None], objectives]).swapaxes(0, 1)

    def _sides(self, candidate: Cells, replica: Cells) -> tuple[Cells, Cells]:
        """a (N,) and b (K, N)."""
        own = np.array([j for _, j in self.candidates], dtype=np.int64)
        return own[candidate], self._rivals[candidate, :, replica].T

    def rows(self, found: Episodes) -> pd.DataFrame:
        names = self.source.agents
        a = np.array([self.candidates[c][1] for c in found.candidate])
        b = found.at_onset[0].astype(np.int64)
        change, each = (found.at_end - found.at_onset)[1:], np.arange(len(a))
        return self.table_of(
            found,
            [f"{names[i]}, {names[j]}" for i, j in zip(a, b, strict=True)],
            [self.candidates[c][0] for c in found.candidate],
            found.amounts[0], found.amounts[1],
            self.outcomes(found, a, b, np.stack([change[a, each], change[b, each]]), found.amounts),
        )
