"""The worst copy the best."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..settings import Number, number
from .base import ROUNDING, SCHEMES, Floats, Scheme, Succession, Uniforms, able, chosen, ranked


@SCHEMES.register
@dataclass(frozen=True)
class PopulationBasedTraining(Scheme):
    """Each of the worst ⌊share·N⌋ systems (at least one) becomes a copy of a random one of the best ⌊share·N⌋.

    All others go on learning (Jaderberg et al. 2017, truncation selection). `heritable` states how a copy explores:
    {rate: "rate*choice(0.8, 1.2)"}.
    """

    name: ClassVar[str] = "population_based_training"

    share: Number = number(0.2, above=0, at_most=0.5, doc="the share of the systems that copy, and of those copied")

    def succeed(self, fitness: Floats, uniforms: Uniforms) -> Succession:
        count, size = fitness.shape
        best = np.maximum(np.floor(self.share * size + ROUNDING), 1.0)
        order = ranked(fitness, uniforms(1))
        copies = np.arange(size) >= size - best  # by rank: the worst come last
        source = chosen(order, np.minimum(best, able(fitness).sum(axis=1, keepdims=True)), uniforms(0))
        parent, born = np.tile(np.arange(size), (count, 1)), np.zeros(fitness.shape, bool)
        np.put_along_axis(parent, order, np.where(copies, source, order), axis=1)
        np.put_along_axis(born, order, copies, axis=1)
        return Succession(parent, born)
