"""Fixation probabilities of single mutants in finite populations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from ...settings import choice, number
from ..game.normal_form import for_each_table, one_population
from ..numerics.evolution import Process, fixation
from ..reading.replica_values import ReplicaValues
from ..reading.sampling import REPLICAS, ends, scattered, selected_replicas
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Fixation(RequestedMetric):
    """The probability that a single individual with strategy b takes over a population of a, per replica.

    Strategies are the options of a simplex; payoffs u_ab = −E are those at the end of the run, with everything else
    unchanged. The population is that of a single agent whose gradient is linear in its shares, with u_ab = −ξ_a where
    all play b, or that of two agents in a symmetric game. Each of `population` individuals meets all others. `fermi`
    and `moran` are the processes of imitation, with the formulas of dynsim.evolution.fixation. The diagonal is
    1/population, the value for a neutral mutant: selection favours a strategy with a larger one. The agents' learning
    rules do not enter: this is a finite population that plays the same game.
    """

    name: ClassVar[str] = "fixation"
    heading: ClassVar[str] = "Which strategy takes over which in a finite population?"
    caption: ClassVar[str] = (
        "The probability that one individual of the column's strategy takes over a population of the row's; on the "
        "diagonal that of a neutral one."
    )
    value: ClassVar[str] = "probability of fixation"
    shape: ClassVar = "matrix"
    example: ClassVar[str] = """
dynsim: 1
title: hawks and doves in one population
variables: {x: {size: 2, space: simplex, init: [0.5, 0.5]}, met: {expr: x}}
agents:
  birds:
    controls: x
    declared: "-(-0.5*x[0]*met[0] + 2*x[0]*met[1] + x[1]*met[1])"
    paths: {met: 0}
    rule: {replicator: {rate: 0.1}}
clock: {steps: 10}
"""

    population: float = number(50, at_least=2, whole=True, doc="how many individuals there are")
    intensity: float = number(1.0, at_least=0, doc="of selection: β of `fermi`; w of `moran`, at most 1")
    process: str = choice("fermi", "moran", doc="how they imitate")
    replicas: float = number(REPLICAS, at_least=1, whole=True, doc="how many replicas of every cell are looked at")

    def values(self, study: Study) -> ReplicaValues:
        selected = selected_replicas(study, int(self.replicas))
        names, payoffs = one_population(study, ends(study)[1], selected)
        n = int(self.population)
        process: Process = self.process  # type: ignore[assignment]
        found = for_each_table(payoffs, lambda u: fixation(u, n, self.intensity, process))
        keys = pd.DataFrame({"a": [a for a in names for _ in names], "b": list(names) * len(names)})
        return ReplicaValues(keys, scattered(found, selected, study))
