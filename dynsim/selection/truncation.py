"""Only the best reproduce."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..settings import Number, number
from .base import ROUNDING, SCHEMES, Floats, Scheme, Succession, Uniforms, able, chosen, everyone, ranked


@SCHEMES.register
@dataclass(frozen=True)
class Truncation(Scheme):
    """Every place gets a child of a random one of the best ⌈share·N⌉ systems (Crow & Kimura 1979)."""

    name: ClassVar[str] = "truncation"

    share: Number = number(0.2, above=0, at_most=1, doc="the share of the systems that reproduce")

    def succeed(self, fitness: Floats, uniforms: Uniforms) -> Succession:
        best = np.minimum(np.ceil(self.share * fitness.shape[1] - ROUNDING), able(fitness).sum(axis=1, keepdims=True))
        return everyone(chosen(ranked(fitness, uniforms(1)), best, uniforms(0)))
