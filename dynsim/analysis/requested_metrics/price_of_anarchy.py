"""The price of anarchy: the social cost of self-interest, relative to the social optimum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import ClassVar

import numpy as np
import pandas as pd

from ...algebra.structural import total
from ...arrays import Floats
from ...errors import InputError
from ...settings import number
from ..game.best_response import STARTS, least
from ..game.feasible_set import FeasibleSet
from ..game.selfishness import selfishness_level
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import REPLICAS, ends, evaluated, scattered, selected_replicas
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class PriceOfAnarchy(RequestedMetric):
    """C(x)/C(x°), C = Σ_i declared_i the social cost, x the end of the run, x° the optimum over all that is controlled.

        price        C(x)/C(x°) for costs, C(x°)/C(x) for gains (both negative), otherwise not defined (Koutsoupias &
                     Papadimitriou 1999, for the end that is reached instead of the worst equilibrium)
        excess       C(x) − C(x°)
        cost         C(x)
        optimum      C(x°)
        selfishness  the least α ≥ 0 for which x° is a Nash equilibrium of declared_i + αC (Apt & Schäfer 2014)

    A population's objective is the sum over its nodes. Everything that no agent controls stays as it is at the end. The
    optimum is searched (game/best_response.py) from the end, from corners and from random starts. The search may miss
    it, so price and excess are lower bounds. The selfishness level is computed where every agent controls one simplex
    in which its own cost and the social cost are linear: the strongest temptation is then a pure option. In smooth
    games with an optimum inside all bounds it is infinite unless the optimum is an equilibrium, because a small step
    away from it pays to first order and harms to second order. Only some evenly spread replicas are searched.
    """

    name: ClassVar[str] = "price_of_anarchy"
    heading: ClassVar[str] = "What does it cost all together that each looks after its own?"
    caption: ClassVar[str] = (
        "The sum of all declared objectives at the end of the run (cost), the least it could be (optimum), their ratio "
        "(price) and difference (excess); selfishness: how much of the common good each would have to care for."
    )
    value: ClassVar[str] = "objective"
    shape: ClassVar = "dots"

    replicas: float = number(REPLICAS, at_least=1, whole=True, doc="how many replicas of every cell are looked at")
    starts: float = number(STARTS, at_least=0, whole=True, doc="how many random starts a search has")

    def values(self, study: Study) -> ReplicaValues:
        agents = study.program.agents
        if any(e.domain.kind != "scalar" for agent in agents for e in agent.moves.values()):
            raise InputError("an agent moves a population, and an optimum is only searched over single numbers")
        declared = [total(agent.declared) for agent in agents]
        welfare = reduce(add, declared)
        feasible = FeasibleSet.of(study.model, list(dict.fromkeys(v for agent in agents for v in agent.controls)))
        _, last = ends(study)
        selected = selected_replicas(study, int(self.replicas))
        optimum, where = least(study, last, welfare, feasible, int(self.starts), selected)
        cost = evaluated(study, last, [welfare])[0, 0, selected]
        rows = {"price": price(cost, optimum), "excess": cost - optimum, "cost": cost, "optimum": optimum}
        level = selfishness_level(study, last, feasible, where, selected)
        if level is not None:
            rows["selfishness"] = level
        values = scattered(np.stack(list(rows.values())), selected, study)
        return ReplicaValues(pd.DataFrame({"quantity": list(rows)}), values)


def price(cost: Floats, optimum: Floats) -> Floats:
    """The price, at least 1; NaN unless both values are costs or both are gains."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.select([optimum > 0.0, cost < 0.0], [cost / optimum, optimum / cost], np.nan)
