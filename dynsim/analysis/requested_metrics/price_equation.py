"""The Price equation: the effects of selection between groups, selection within groups, and transmission."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Floats
from ...errors import InputError
from ...settings import number
from ..reading.genealogy import GENERATIONS, Succession, per_population, selected_generations, successions
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

QUANTITIES = ("change", "between", "within", "transmission", "V_between", "V_within", "F_ST")


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class PriceEquation(RequestedMetric):
    """Δz̄ = Cov(W_k, Z_k) + E[Cov_k(w, z)] + E[wΔz] of every heritable scalar, by generation (Price 1972).

    w is realised fitness: the number of places, in any group, that the heirs of a system of the last generation have. A
    survivor is its own heir. The mean of w is 1, because the number of places is constant. Groups k are those of the
    parents and have equal sizes. Covariances are those of a whole population, not estimates:

        between       Cov(W_k, Z_k), of the groups' means: some groups have more heirs than others
        within        E[Cov_k(w, z)]: some members have more heirs than others of their group
        transmission  E[wΔz]: heirs differ from their parents, by mutation, or by what a survivor has learned
        V_between     Var(Z_k) of the parents, between their groups
        V_within      E[Var_k(z)] of the parents, within their groups
        F_ST          V_between/(V_between + V_within) (Wright 1951)

    An heir counts for the group of its parent. Migration therefore changes no term, and the identity holds with it:
    Σ_i z'_i = Σ_j w_j (z_j + Δz_j), wherever the heirs i of j live. `change` is that of the population mean. t is the
    time at which the new generation began. The statistics are over populations. F_ST is not defined for a population
    in which all have the same z. (A mean of ratios is not the ratio of means: for that use V_between and V_within.)
    Without groups, a population is one group.
    """

    name: ClassVar[str] = "price_equation"
    heading: ClassVar[str] = "Does selection act between groups or within them?"
    caption: ClassVar[str] = (
        "The change of every heritable value in a generation is the sum of what selection between groups, selection "
        "within groups and inheritance do to it; F_ST is the share of its variance that lies between groups."
    )
    value: ClassVar[str] = "change per generation"
    shape: ClassVar = "lines"
    agents: ClassVar = False

    generations: float = number(GENERATIONS, at_least=1, whole=True, doc="how many of the generations are looked at")

    def values(self, study: Study) -> ReplicaValues:
        wanted = set(selected_generations(study, int(self.generations)).tolist())
        generations = [s for k, s in enumerate(successions(study)) if k in wanted]
        if not generations[0].after:
            raise InputError("no heritable value is a single number in every system")
        tables = [_table(generations, variable) for variable in generations[0].after]
        keys, values = zip(*tables, strict=True)
        return per_population(study, pd.concat(keys), np.concatenate(values))


def _table(generations: list[Succession], variable: str) -> tuple[pd.DataFrame, Floats]:
    """The keys and values of one heritable variable."""
    found = [dict(zip(QUANTITIES, terms(s, variable), strict=True)) for s in generations]
    times = [s.t for s in generations]
    keys = [pd.DataFrame({"variable": variable, "quantity": quantity, "t": times}) for quantity in QUANTITIES]
    return pd.concat(keys), np.array([row[quantity] for quantity in QUANTITIES for row in found])


def terms(succession: Succession, variable: str) -> Iterator[Floats]:
    """The quantities of one generation, (P,) each."""
    z, after = succession.before[variable], succession.after[variable]
    populations = len(z)
    w = succession.heirs.reshape(z.shape).astype(float)
    groups, fitness = z.mean(axis=2), w.mean(axis=2)
    from_parents = np.take_along_axis(z.reshape(populations, -1), succession.parent, axis=1)
    apart, together = groups.var(axis=1), z.var(axis=2).mean(axis=1)
    yield after.mean(axis=(1, 2)) - z.mean(axis=(1, 2))
    yield _covariance(fitness, groups)
    yield _covariance(w, z).mean(axis=1)
    yield (after.reshape(populations, -1) - from_parents).mean(axis=1)
    yield apart
    yield together
    with np.errstate(invalid="ignore"):
        yield apart / (apart + together)


def _covariance(a: Floats, b: Floats) -> Floats:
    """The covariance over the last axis, of a whole population."""
    return ((a - a.mean(axis=-1, keepdims=True)) * (b - b.mean(axis=-1, keepdims=True))).mean(axis=-1)
