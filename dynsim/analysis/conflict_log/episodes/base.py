"""The contract of a kind of episode, and the columns and outcomes that all kinds share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....arrays import Floats
from ....registry import Registry
from ...reading.moves import Moves, MoveSource
from ..metrics.base import LogMetric
from ..tracker import Episodes, Tracker

Cells = NDArray[np.int64]

COLUMNS = (
    "replica", "kind", "agents", "variables", "onset", "peak", "end", "open", "intensity",
    "harm", "harm_a", "harm_b", "outcome",
)

# A change of an objective counts if it is at least this share of the objective's range over the run so far,
INDIFFERENCE = 1e-3
# and this share of the harm to it. The changes that a stalemate leaves are rounding errors.
ROUNDING = 1e-12

KINDS: Registry[type[EpisodeKind]] = Registry("kind of episode", "dynsim.analysis.conflict_log.episodes")


class EpisodeKind(LogMetric):
    """A kind of episode. Its rows have the columns

        replica, kind
        agents       "a, b": the two sides (the movers of the variable if there are no two sides)
        variables    the variables involved, in descending order of their share, separated by ", "
        onset, peak, end    times of recorded ticks; `open`: the episode was still going on when the record ended
        intensity    the largest signal, in [0, 1]
        harm_a       ∫ ledger[a, b] dt from onset to end: the first-order harm to a by b, in units of E_a
        harm_b, harm the harm to b by a, and the sum of both
        outcome      see `outcomes`
    """

    table = "episodes"


class SignalKind(EpisodeKind):
    """A kind whose episodes are stretches of one signal above two thresholds (see tracker.py), for every candidate
    (such as a pair of agents or a variable) in every replica."""

    on: float
    off: float

    def __init__(self, source: MoveSource) -> None:
        super().__init__(source)
        self.candidates = self.find_candidates()
        self.tracker = Tracker(
            len(self.candidates), source.replicas, self.on, self.off, continuous=source.clock == "time"
        )
        self._scale = Range(len(source.agents), source.replicas)

    @abstractmethod
    def find_candidates(self) -> list[Any]:
        """Everything that may have an episode."""

    @abstractmethod
    def signal(self, moves: Any) -> Floats:
        """(candidates, K, R). Values above `off` are in [0, 1]."""

    @abstractmethod
    def amounts(self, moves: Any, candidate: Cells, replica: Cells) -> Floats:
        """The rates that are integrated over an episode, (K, A, N)."""

    @abstractmethod
    def marks(self, moves: Any, candidate: Cells, replica: Cells) -> Floats:
        """The values that are kept at onset, peak and end, (K, M, N)."""

    @abstractmethod
    def rows(self, found: Episodes) -> pd.DataFrame:
        """The table of the episodes that were found."""

    def feed(self, moves: Moves) -> None:
        self._scale.feed(moves.objectives)
        if not self.candidates:
            return
        signal = self.signal(moves)
        # Most cells have no episode most of the time. Only cells in which one is open or opens are tracked.
        candidate, replica = self.tracker.live(signal)
        self.tracker.feed(
            moves.times, candidate, replica, signal[candidate, :, replica].T,
            self.amounts(moves, candidate, replica), self.marks(moves, candidate, replica),
        )

    def result(self) -> pd.DataFrame:
        found = self.tracker.finish()
        return self.rows(found) if found else pd.DataFrame(columns=list(COLUMNS))

    def table_of(
        self, found: Episodes, agents: Sequence[str], variables: Sequence[str], harm_a: Floats, harm_b: Floats,
        outcome: Sequence[str],
    ) -> pd.DataFrame:
        return pd.DataFrame({
            "replica": found.replica, "kind": self.name, "agents": agents, "variables": variables,
            "onset": found.onset, "peak": found.peak, "end": found.end, "open": found.open,
            "intensity": found.intensity, "harm": harm_a + harm_b, "harm_a": harm_a, "harm_b": harm_b,
            "outcome": outcome,
        })[list(COLUMNS)]

    def outcomes(self, found: Episodes, first: Cells, second: Cells, changes: Floats, harms: Floats) -> list[str]:
        """Which agent came out ahead, judged by the changes of both objectives (2, N) from onset to end, beside the
        harm to each (2, N).

            "even"         neither changed by more than INDIFFERENCE of its range so far, or ROUNDING of the harm
            "both gained"  both fell            "both lost"  both rose
            "a ahead"      a's fell or b's rose, and not the other way round (with the agent's name)
        """
        names = self.source.agents
        ranges = self._scale.size[np.stack([first, second]), found.replica]
        # fmax: the changes are known even if the harm is undefined (NaN) at some tick.
        least = np.fmax(INDIFFERENCE * ranges, ROUNDING * np.abs(harms))
        signs = np.where(np.abs(changes) > least, np.sign(changes), 0.0)
        words = []
        for a, b, by_a, by_b in zip(first, second, *signs, strict=True):
            if by_a == by_b:
                words.append({-1.0: "both gained", 0.0: "even", 1.0: "both lost"}[by_a])
            else:
                words.append(f"{names[a if by_a < by_b else b]} ahead")
        return words


class Range:
    """max − min of every value over the ticks so far, per replica; values that are not finite are ignored."""

    def __init__(self, count: int, replicas: int) -> None:
        self._low = np.full((count, replicas), np.inf)
        self._high = np.full((count, replicas), -np.inf)

    def feed(self, values: Floats) -> None:
        """values: (count, K, R)."""
        finite = np.isfinite(values)
        self._low = np.minimum(self._low, np.where(finite, values, np.inf).min(axis=1))
        self._high = np.maximum(self._high, np.where(finite, values, -np.inf).max(axis=1))

    @property
    def size(self) -> Floats:
        return np.where(self._high >= self._low, self._high - self._low, 0.0)
