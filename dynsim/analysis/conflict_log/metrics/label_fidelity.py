"""Label fidelity of updates: how far an agent moves as it would if what it descended were its label alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...reading.moves import Moves, MoveSource
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class LabelFidelity(LogMetric):
    """How far an agent moves as it would if what it descended were its label alone.

    u is the agent's move and û the one that its own rule would make at the same state, with the same memory and random
    numbers, if what it descended were its label: what it declares, seen as it sees, without credit and without a goal
    of its own. All other agents are as they are. Over the recorded ticks at which the agent moves:

        fidelity = Σ_t |u|² s cos² / Σ_t |u|²,     cos = u·û/(|u||û|), s its sign; 0 where û = 0

    one number per replica in [−1, 1]: 1 where every move has the direction of the label's, 0 where the moves have
    nothing to do with it, −1 where all go against it. Lengths of û play no part, so of an agent that moves one number
    only the signs are compared. An agent that descends nothing but its label scores 1, whatever its rule, gain, clock
    and memory; so does one whose rule looks at no objective. What a rule with a memory has gathered counts for both
    moves.

    Columns: label_fidelity.AGENT, and label_fidelity_ticks.AGENT, the number of ticks in the sums. On a discrete clock
    the last tick, from which no step is made, is not one of them, nor is one at which the agent is at rest or û is not
    finite. Where there is none the fidelity is NaN.
    """

    name = "label_fidelity"
    table = "summary"
    needs = ("fidelity", "move_norms")

    def __init__(self, source: MoveSource) -> None:
        super().__init__(source)
        self._sums = np.zeros((len(source.agents), 2, source.replicas))
        self._ticks = np.zeros((len(source.agents), source.replicas), dtype=np.int64)

    def feed(self, moves: Moves) -> None:
        every = moves.quantity("fidelity"), moves.move_norms
        for fidelity, norms, sums, ticks in zip(*every, self._sums, self._ticks, strict=True):
            counts = np.isfinite(fidelity)  # masked before it is multiplied: 0 · NaN would spread over the whole sum
            weights = np.where(counts, norms, 0.0) ** 2
            parts = np.stack([weights * np.where(counts, fidelity, 0.0), weights])
            # Tick after tick and not by `sum`, whose rounding depends on how many ticks a block happens to have.
            for tick in range(len(moves.times)):
                sums += parts[:, tick]
            ticks += counts.sum(axis=0)

    def result(self) -> pd.DataFrame:
        with np.errstate(all="ignore"):
            fidelity = self._sums[:, 0] / self._sums[:, 1]
        agents = self.source.agents
        columns = {f"label_fidelity.{agent}": row for agent, row in zip(agents, fidelity, strict=True)}
        columns |= {f"label_fidelity_ticks.{agent}": row for agent, row in zip(agents, self._ticks, strict=True)}
        return pd.DataFrame(columns)
