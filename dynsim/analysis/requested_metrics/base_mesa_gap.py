"""The gap between what agents pursue and the base objective, phase by phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import ClassVar

import numpy as np
import pandas as pd

from ...algebra.differentiate import gradient
from ...algebra.graph import Expr
from ...algebra.structural import total
from ...arrays import Floats, Integers
from ...compiler.program import AgentProgram
from ...errors import InputError
from ...settings import number
from ..game.best_response import STARTS, least
from ..game.feasible_set import FeasibleSet
from ..numerics.bands import mean
from ..reading.recorded_phases import recorded_phases
from ..reading.replica_values import ReplicaValues
from ..reading.rest import resting
from ..reading.sampling import REPLICAS, TICKS, at_ticks, evaluated, scattered, selected_replicas, spread_over
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

Ticks = Mapping[str, Integers]
"""By phase, the numbers of the ticks that are read; the last of each is the end of the phase."""


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class BaseMesaGap(RequestedMetric):
    """The gap between what agents pursue and the base objective, in every phase of the run (training, deployment, …).

        gap      the mean over the phase of 1 − cos(∇pursues_i, ∇base)    0: the same, 1: unrelated, 2: the opposite
        regret   base(x) − min_{a_i} base(a_i, x_−i) at the phase's last recorded tick

    ∇ is by what the agent controls, without path factors: an agent acts through its controls alone, so what it wants of
    other variables does not show in what it does. With a single control, the gap at a tick is 0 or 2. Ticks at which
    either gradient is at rest are left out. The regret is what the designers lose because agent i's controls are not
    where they would be best for the base objective, with everything else unchanged. It is a lower bound, searched in
    some replicas (game/best_response.py), and not defined for an agent that moves a population. A gap of 0 in training
    is no evidence about deployment: it is known only at the states that were visited (Hubinger et al. 2019, section 4).

    Rows: quantity, agent, phase.
    """

    name: ClassVar[str] = "base_mesa_gap"
    heading: ClassVar[str] = "How far is what agents want from what their designers want?"
    caption: ClassVar[str] = (
        "gap: 1 − the cosine of what the agent pursues and the base objective, by its own controls: 0 the same, 2 the "
        "opposite; regret: what the designers lose at the end of a phase because the agent's controls are not where "
        "they would want them."
    )
    value: ClassVar[str] = "1 − cosine, or objective"
    shape: ClassVar = "dots"

    ticks: float = number(TICKS, at_least=1, whole=True, doc="how many recorded ticks of each phase are looked at")
    replicas: float = number(
        REPLICAS, at_least=1, whole=True, doc="in how many replicas of every cell the regret is searched"
    )
    starts: float = number(STARTS, at_least=0, whole=True, doc="how many random starts a search has")

    def values(self, study: Study) -> ReplicaValues:
        base = study.program.base
        if base is None:
            raise InputError("the system states no base objective: `base` says what its designers want")
        agents = study.program.agents
        ticks = {name: spread_over(*span, int(self.ticks)) for name, span in recorded_phases(study).items()}
        selected = selected_replicas(study, int(self.replicas))
        gaps = [_gaps(study, agent, total(base), ticks) for agent in agents]
        regrets = [scattered(_regrets(study, agent, total(base), ticks, int(self.starts), selected), selected, study)
                   for agent in agents]
        keys = [(agent.name, phase) for agent in agents for phase in ticks]
        names, phases = zip(*keys, strict=True)
        rows = pd.DataFrame({
            "quantity": np.repeat(["gap", "regret"], len(keys)), "agent": names * 2, "phase": phases * 2,
        })
        return ReplicaValues(rows, np.concatenate([*gaps, *regrets]))


def _gaps(study: Study, agent: AgentProgram, base: Expr, ticks: Ticks) -> Floats:
    """The mean gap of an agent in every phase, (phases, R)."""
    symbols = [study.program.graph.symbol(v, agent.moves[v].domain) for v in agent.controls]
    wanted, best = (gradient([total(value)], symbols) for value in (agent.pursues, base))
    products = [reduce(add, [total(a * b) for a, b in zip(*pair, strict=True)]) for pair in
                ((wanted, wanted), (best, best), (wanted, best))]
    every = np.concatenate(list(ticks.values()))
    own, designers, both = evaluated(study, at_ticks(study, every), products)
    norms = [np.sqrt(own), np.sqrt(designers)]
    lengths = [resting(x, np.fmax.accumulate(x, axis=0)) for x in norms]
    lengths = [np.where(x == 0.0, np.nan, x) for x in lengths]
    gap = 1.0 - np.clip(both / lengths[0] / lengths[1], -1.0, 1.0)
    ends = np.cumsum([len(part) for part in ticks.values()])[:-1]
    return np.stack([mean(part.T) for part in np.split(gap, ends)])


def _regrets(
    study: Study, agent: AgentProgram, base: Expr, ticks: Ticks, starts: int, selected: Integers
) -> Floats:
    """The regret at the end of every phase in these replicas, (phases, r)."""
    if any(move.domain.kind != "scalar" for move in agent.moves.values()):
        return np.full((len(ticks), len(selected)), np.nan)
    feasible = FeasibleSet.of(study.model, agent.controls)
    found = []
    for part in ticks.values():
        end = at_ticks(study, part[-1:])
        lowest, _ = least(study, end, base, feasible, starts, selected)
        found.append(np.maximum(evaluated(study, end, [base])[0, 0, selected] - lowest, 0.0))
    return np.stack(found)
