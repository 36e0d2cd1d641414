"""Label fidelity of updates: how closely an agent's moves match those it would make if its label were its only
objective."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...reading.moves import Moves, MoveSource
from .base import LOG_METRICS, LogMetric


@LOG_METRICS.register
class LabelFidelity(LogMetric):
    """How closely an agent's moves match those it would make if its label were its only objective.

    u is the agent's move. û is the move that its own rule would make at the same state, with the same memory and random
    numbers, if its label were its only objective: what it declares, differentiated along its own paths, without credit
    and without a goal of its own. All other agents stay unchanged. Over the recorded ticks at which the agent moves:

        fidelity = Σ_t |u|² s cos² / Σ_t |u|²,     cos = u·û/(|u||û|), s its sign; 0 where û = 0

    This is one number per replica in [−1, 1]: 1 if every move has the direction of û, 0 if the moves are unrelated to
    it, −1 if all moves go against it. The length of û has no influence, so for an agent that moves a single number only
    the signs are compared. An agent that descends only its label scores 1, whatever its rule, gain, clock and memory;
    so does an agent whose rule reads no objective. Both moves use what the rule's memory has accumulated.

    Columns: label_fidelity.AGENT, and label_fidelity_ticks.AGENT, the number of ticks in the sums. Ticks at which the
    agent is at rest or û is not finite do not count, and on a discrete clock neither does the last tick, from which no
    step is made. The fidelity is NaN if no tick counts.
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
            counts = np.isfinite(fidelity)  # masked before the product: 0 · NaN would make the whole sum NaN
            weights = np.where(counts, norms, 0.0) ** 2
            parts = np.stack([weights * np.where(counts, fidelity, 0.0), weights])
            # Ticks are added one by one: the rounding of `sum` would depend on the number of ticks in a block.
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
