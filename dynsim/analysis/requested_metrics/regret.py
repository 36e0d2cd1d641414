"""Regret: what every agent would have gained by fixed alternatives to what it played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...algebra.differentiate import gradient
from ...algebra.structural import total
from ...arrays import Floats, Integers
from ...compiler.program import AgentProgram
from ...settings import number
from ..game.best_response import AT_LEAST, EXACTLY, STARTS, least, single_controllers
from ..game.feasible_set import FeasibleSet
from ..game.linearity import linear
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import REPLICAS, TICKS, evaluated, sampled, scattered, selected_replicas
from ..reading.study import Study, evaluate_block
from .base import REQUESTED_METRICS, RequestedMetric

ESTIMATE = "estimate"


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Regret(RequestedMetric):
    """The regret of each agent over the recorded ticks, per step: how much lower its objective could have been.

        external   1/T [Σ_t E_i(x(t)) − min_a Σ_t E_i(a, x_−i(t))]               one fixed a all along (Hannan 1957)
        internal   1/T max_{k,l} Σ_t x_k(t) (g_k(t) − g_l(t))                    l wherever it played k (Foster &
                                                                                 Vohra 1999)
        swap       1/T Σ_k max_l Σ_t x_k(t) (g_k(t) − g_l(t))                    the best l for each k (Blum &
                                                                                 Mansour 2007)

    E_i is the effective objective; everything else moved as it did. Where E_i is linear in what the agent controls, on
    simplices and bounded intervals, the best fixed a is a corner, and all recorded ticks count. Internal and swap
    regret are those of an agent that mixes on one simplex, with g = ∂E_i/∂x. Elsewhere the best fixed a is searched
    (game/best_response.py) over `ticks` of the recorded ticks, and internal and swap regret are not defined. If all
    regrets vanish over time, the time average of joint play approaches the coarse correlated equilibria (external) or
    the correlated equilibria (internal, swap). A negative value means that no fixed a would have done as well.

    Rows: quantity, agent, known. `exactly`: every step is recorded, and E_i is linear. `at least`: every step is used
    by a search. `estimate`: only some steps are used, because the record is coarser than the clock's steps, the clock
    is continuous, or a search reads fewer ticks. Only some evenly spread replicas are searched. Agents that move a
    population are left out.
    """

    name: ClassVar[str] = "regret"
    heading: ClassVar[str] = "What does each agent regret, looking back?"
    caption: ClassVar[str] = (
        "How much lower per step the agent's objective would have been if it had always played the single best option "
        "(external), replaced one option by another throughout (internal), or replaced every option by its best "
        "alternative (swap)."
    )
    value: ClassVar[str] = "objective per step"
    shape: ClassVar = "dots"

    replicas: float = number(REPLICAS, at_least=1, whole=True, doc="how many replicas of every cell are looked at")
    starts: float = number(STARTS, at_least=0, whole=True, doc="how many random starts a search has")
    ticks: float = number(4 * TICKS, at_least=1, whole=True, doc="how many recorded ticks a search looks at")

    def values(self, study: Study) -> ReplicaValues:
        selected = selected_replicas(study, int(self.replicas))
        every_step = not study.program.clock.continuous and bool((np.diff(study.times) == 1.0).all())
        rows: list[tuple[str, str, str]] = []
        values: list[Floats] = []
        for agent in single_controllers(study):
            feasible = FeasibleSet.of(study.model, agent.controls)
            found = _of_corners(study, agent, feasible, selected)
            known = EXACTLY if every_step else ESTIMATE
            if found is None:
                found = {"external": self._searched(study, agent, feasible, selected)}
                known = AT_LEAST if every_step and len(study.times) <= self.ticks else ESTIMATE
            rows += [(quantity, agent.name, known) for quantity in found]
            values += found.values()
        table = pd.DataFrame(rows, columns=["quantity", "agent", "known"])
        order = table["quantity"].argsort(kind="stable")
        return ReplicaValues(table.iloc[order], scattered(np.stack(values)[order], selected, study))

    def _searched(self, study: Study, agent: AgentProgram, feasible: FeasibleSet, selected: Integers) -> Floats:
        block = sampled(study, int(self.ticks))
        had = evaluated(study, block, [total(agent.objective)])[0][:, selected].mean(axis=0)
        return had - least(study, block, agent.objective, feasible, int(self.starts), selected)[0]


def _of_corners(
    study: Study, agent: AgentProgram, feasible: FeasibleSet, selected: Integers
) -> dict[str, Floats] | None:
    """All regrets, (r,) each, of an objective that is linear on bounded spaces; None for another one."""
    symbols = [study.program.graph.symbol(v) for v in agent.controls]
    if not linear([agent.objective], symbols) or feasible.least(np.zeros((len(symbols), 1))) is None:
        return None
    slopes = gradient([agent.objective], symbols)
    d = len(symbols)
    products, sums = np.zeros((d, d, len(selected))), np.zeros((d, len(selected)))
    for block in study.recording.blocks():
        found = evaluate_block(study.program, block, study.recording, slopes)
        g = np.stack([np.broadcast_to(row, (block.ticks, study.replicas))[:, selected] for row in found])
        x = np.stack([block.values[v][:, selected] for v in agent.controls])
        products += np.einsum("kts,lts->kls", x, g)
        sums += g.sum(axis=1)
    ticks = len(study.times)
    gains = np.einsum("kks->ks", products)[:, None] - products  # [k, l]: of playing l wherever it played k
    result = {"external": (np.einsum("kks->s", products) - feasible.least(sums)) / ticks}
    if len(feasible.parts) == 1 and feasible.parts[0][0].kind == "simplex":
        result |= {"internal": gains.max(axis=(0, 1)) / ticks, "swap": gains.max(axis=1).sum(axis=0) / ticks}
    return result
