"""The best of a few."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..settings import Number, number
from .base import SCHEMES, Floats, Scheme, Succession, Uniforms, able, everyone, ranked


@SCHEMES.register
@dataclass(frozen=True)
class Tournament(Scheme):
    """Every place gets a child of the best of `size` systems, sampled with replacement (Goldberg & Deb 1991).

    The system with rank r from the worst (1 … N) is the best of k with probability (r^k − (r−1)^k)/N^k. A fractional
    size interpolates.
    """

    name: ClassVar[str] = "tournament"

    size: Number = number(2, at_least=1, doc="how many compete for a place")

    def succeed(self, fitness: Floats, uniforms: Uniforms) -> Succession:
        n = able(fitness).sum(axis=1, keepdims=True)
        # the maximum of k uniform numbers is distributed as the k-th root of one
        rank = np.minimum((n * uniforms(0) ** (1.0 / self.size)).astype(np.int64), n - 1)
        return everyone(np.take_along_axis(ranked(fitness, uniforms(1)), n - 1 - rank, axis=1))
