"""The Gram matrix of the agents' gradients: their scalar products, norms and cosines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...arrays import Floats
from ...errors import InputError
from ..reading.rest import resting
from ..reading.sampling import evaluated, sampled
from ..reading.study import Study


@dataclass(frozen=True)
class GramMatrix:
    """G_ij = ∇E_i · ∇E_j of the agents whose objective depends on the state: E_i are the effective objectives, ∇ is by
    all state variables.

    agents: their names, n. times: (K,). products: (n, n, K, R); 0 for an agent at rest, whose gradient is at most REST
    times its largest so far; NaN in a replica that diverged.
    """

    agents: tuple[str, ...]
    times: Floats
    products: Floats

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """All pairs i < j of agents."""
        return [(i, j) for i in range(len(self.agents)) for j in range(i + 1, len(self.agents))]

    @cached_property
    def norms(self) -> Floats:
        """|∇E_i|, (n, K, R)."""
        return np.sqrt(np.einsum("iikr->ikr", self.products))

    @cached_property
    def cosines(self) -> Floats:
        """cos(∇E_i, ∇E_j), (n, n, K, R); NaN where either is at rest."""
        lengths = np.where(self.norms == 0.0, np.nan, self.norms)
        return np.clip(self.products / lengths[:, None] / lengths[None, :], -1.0, 1.0)


def gram_matrix(study: Study, ticks: int) -> GramMatrix:
    """The Gram matrix at about `ticks` recorded ticks. InputError unless two agents have gradients."""
    seen = study.observables
    wanting = [i for i, parts in enumerate(seen.gradients) if parts]
    if len(wanting) < 2:
        raise InputError("this metric compares agents: the system needs two whose objectives depend on its state")
    block = sampled(study, ticks)
    norms = evaluated(study, block, [seen.gradient_norms[i] for i in wanting])
    norms = resting(norms, np.fmax.accumulate(norms, axis=1))
    pairs = [(a, b) for a in range(len(wanting)) for b in range(a + 1, len(wanting))]
    found = evaluated(study, block, [seen.alignments[wanting[a], wanting[b]] for a, b in pairs])
    products = np.empty((len(wanting), len(wanting), *norms.shape[1:]))
    for a in range(len(wanting)):
        products[a, a] = norms[a] ** 2
    for (a, b), values in zip(pairs, found, strict=True):
        products[a, b] = products[b, a] = np.where((norms[a] == 0.0) | (norms[b] == 0.0), 0.0, values)
    return GramMatrix(tuple(seen.agents[i] for i in wanting), block.times, products)
