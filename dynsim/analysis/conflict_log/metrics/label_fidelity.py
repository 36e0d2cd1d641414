"""Label fidelity of updates: how far an agent moves as it would if what it descended were its label alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....algebra.functions import sqrt
from ....algebra.graph import Expr
from ....algebra.structural import total
from ....arrays import Floats
from ....compiler.program import AgentProgram
from ....errors import InputError
from ...reading.study import Sample, Study
from .base import LOG_METRICS, LogMetric

LARGEST = 1e150  # of a move: squares up to there can be summed


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

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._pairs = [_pair(agent) for agent in study.program.agents]
        self._sums = np.zeros((len(self._pairs), 2, study.replicas))
        self._ticks = np.zeros((len(self._pairs), study.replicas), dtype=np.int64)

    def expressions(self) -> Iterable[Expr]:
        return [expr for pair in self._pairs if pair is not None for expr in (pair.product, pair.norm)]

    def feed(self, sample: Sample) -> None:
        moves = sample.move_norms, moving(self.study, sample)
        for norms, moved, pair, sums, ticks in zip(*moves, self._pairs, self._sums, self._ticks, strict=True):
            with np.errstate(all="ignore"):
                explained = np.ones_like(norms) if pair is None else pair.explained(sample, norms)
            counts = moved & np.isfinite(explained)
            weights = np.where(counts, norms, 0.0) ** 2
            parts = np.stack([weights * np.where(counts, explained, 0.0), weights])
            for tick in range(len(sample.times)):  # in the order of time: the same rounding whatever the blocks
                sums += parts[:, tick]
            ticks += counts.sum(axis=0)

    def result(self) -> pd.DataFrame:
        with np.errstate(all="ignore"):
            fidelity = self._sums[:, 0] / self._sums[:, 1]
        agents = self.observables.agents
        columns = {f"label_fidelity.{agent}": row for agent, row in zip(agents, fidelity, strict=True)}
        columns |= {f"label_fidelity_ticks.{agent}": row for agent, row in zip(agents, self._ticks, strict=True)}
        return pd.DataFrame(columns)


def moving(study: Study, sample: Sample) -> NDArray[np.bool_]:
    """Whether every agent moves on from the ticks of a block, (n, K, R)."""
    steps = study.program.clock.steps
    made = np.ones(len(sample.times), dtype=bool) if steps is None else sample.times < steps
    return (sample.move_norms > 0.0) & (sample.move_norms < LARGEST) & made[:, None]


@dataclass(frozen=True)
class _Pair:
    """u·û and |û| of an agent."""

    product: Expr
    norm: Expr

    def explained(self, sample: Sample, norms: Floats) -> Floats:
        """s cos², (K, R)."""
        other = np.asarray(sample[self.norm])
        cosine = np.clip(sample[self.product] / norms / other, -1.0, 1.0)
        return np.where(other == 0.0, 0.0, np.copysign(cosine * cosine, cosine))


def _pair(agent: AgentProgram) -> _Pair | None:
    """None where both moves are the same expressions."""
    moves, alone = agent.moves, moves_of_label(agent)
    if all(alone[v] == u for v, u in moves.items()):
        return None
    return _Pair(_sum([u * alone[v] for v, u in moves.items()]), sqrt(_sum([e * e for e in alone.values()])))


def moves_of_label(agent: AgentProgram) -> Mapping[str, Expr]:
    """û by slot; NaN where the rule cannot descend the label."""
    try:
        return agent.label_moves
    except InputError:
        nan = agent.objective.graph.constant(np.nan)
        return dict.fromkeys(agent.moves, nan)


def _sum(products: list[Expr]) -> Expr:
    return reduce(add, [total(product) for product in products])
