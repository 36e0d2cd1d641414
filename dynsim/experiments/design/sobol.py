"""Sobol' points: a sequence that fills the whole box evenly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ...errors import Problem
from ...settings import count
from ..axis import Axis, Value
from .base import DESIGNS, Design
from .sampling.balance import unbalanced
from .sampling.ranges import quasi_monte_carlo, scaled

MOST = 2**30
"""Points that the sequence's 30 bits tell apart."""


@DESIGNS.register
@dataclass(frozen=True)
class Sobol(Design):
    """The first n points of a scrambled Sobol' sequence (Sobol' 1967, Owen 1998).

    n is a power of 2, for which the points are balanced: each half, quarter, … of every axis has equally many.
    """

    name: ClassVar[str] = "sobol"
    ranges: ClassVar[bool] = True

    n: int = count(at_most=MOST, doc="the number of points, a power of 2")
    seed: int = count(0, at_least=0, doc="the seed of the scrambling, apart from that of the replicas")

    @classmethod
    def mistakes(cls, written: Mapping[str, Any]) -> list[Problem]:
        return unbalanced(int(written["n"]))

    def count(self, axes: Sequence[Axis]) -> int:
        return self.n

    def points(self, axes: Sequence[Axis]) -> Iterator[tuple[Value, ...]]:
        sampler = quasi_monte_carlo(self.name).Sobol(len(axes), seed=np.random.default_rng(self.seed))
        return scaled(sampler.random_base2(self.n.bit_length() - 1), axes)
