"""α-Rank: the share of time that finite populations spend at each profile of strategies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import pandas as pd

from ...arrays import Floats
from ...settings import choice, number
from ..game.normal_form import for_each_table, mixing, normal_form, one_population
from ..numerics.evolution import alpha_rank
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import REPLICAS, ends, scattered, selected_replicas
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class AlphaRank(RequestedMetric):
    """The share of time that finite populations of imitators spend at each profile of pure strategies.

    This is α-Rank (Omidshafiei et al. 2019), the stationary distribution when mutants are rare. Strategies are the
    options of the agents that mix, each on a simplex of its own. Payoffs are −E_i at all profiles, with everything else
    as at the end of the run. `populations: each` gives every agent a population of its own. `one` takes both players of
    a symmetric game of two agents from one population; a single agent that mixes always has one population. The
    formulas, also for `selection: infinite`, are those of dynsim.evolution.alpha_rank. The agents' learning rules do
    not enter.

    Rows: profile, the strategies joined by commas.
    """

    name: ClassVar[str] = "alpha_rank"
    heading: ClassVar[str] = "Which strategies would finite populations stay with?"
    caption: ClassVar[str] = (
        "The share of time that populations of imitators with rare mutants spend with all playing these strategies."
    )
    value: ClassVar[str] = "share of time"
    shape: ClassVar = "dots"

    alpha: float = number(1.0, at_least=0, doc="intensity of selection, where it is finite")
    selection: str = choice("finite", "infinite", doc="whether the intensity is `alpha`, or grows without end")
    population: float = number(50, at_least=2, whole=True, doc="how many individuals each population has")
    populations: str = choice("each", "one", doc="whether each agent has a population of its own")
    replicas: float = number(REPLICAS, at_least=1, whole=True, doc="how many replicas of every cell are looked at")

    def values(self, study: Study) -> ReplicaValues:
        selected = selected_replicas(study, int(self.replicas))
        tick = ends(study)[1]
        if self.populations == "one" or len(mixing(study)) == 1:
            names, tables = one_population(study, tick, selected)
            profiles = list(names)
        else:
            form = normal_form(study, tick, selected)
            tables, profiles = form.payoffs, [", ".join(profile) for profile in product(*form.options)]
        found = for_each_table(tables, self._mass)
        return ReplicaValues(pd.DataFrame({"profile": profiles}), scattered(found, selected, study))

    def _mass(self, payoffs: Floats) -> Floats:
        alpha = self.alpha if self.selection == "finite" else math.inf
        return alpha_rank(payoffs, alpha, int(self.population))
