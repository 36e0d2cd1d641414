"""A Latin hypercube: points that fill every axis evenly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...settings import count
from ..axis import Axis, Value
from .base import DESIGNS, Design
from .sampling.ranges import quasi_monte_carlo, scaled


@DESIGNS.register
@dataclass(frozen=True)
class LatinHypercube(Design):
    """n random points, one in each of n equal strata of every axis (McKay, Beckman & Conover 1979)."""

    name: ClassVar[str] = "latin_hypercube"
    ranges: ClassVar[bool] = True

    n: int = count(doc="the number of points")
    seed: int = count(0, at_least=0, doc="the seed of the points, apart from that of the replicas")

    def count(self, axes: Sequence[Axis]) -> int:
        return self.n

    def points(self, axes: Sequence[Axis]) -> Iterator[tuple[Value, ...]]:
        sampler = quasi_monte_carlo(self.name).LatinHypercube(len(axes), seed=np.random.default_rng(self.seed))
        return scaled(sampler.random(self.n), axes)
