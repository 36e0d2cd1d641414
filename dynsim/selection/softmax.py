"""Parents by a Boltzmann distribution."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..settings import Number, number
from .base import SCHEMES, Floats, Scheme, Succession, Uniforms, able, everyone, sampled


@SCHEMES.register
@dataclass(frozen=True)
class Softmax(Scheme):
    """Every place gets a child; the parent is sampled with probability ∝ exp(f_i/temperature).

    This is Wright–Fisher sampling with Boltzmann weights (de la Maza & Tidor 1993). With the fitness log(w) and
    temperature 1, parents are sampled in proportion to w.
    """

    name: ClassVar[str] = "softmax"
    example: ClassVar = {"temperature": 0.5}

    temperature: Number = number(above=0, doc="the fitness difference that makes a parent e times likelier")

    def succeed(self, fitness: Floats, uniforms: Uniforms) -> Succession:
        finite = np.isfinite(fitness)
        best = np.where(finite, fitness, -np.inf).max(axis=1, keepdims=True)
        with np.errstate(over="ignore"):
            behind = np.where(finite, fitness - np.where(np.isfinite(best), best, 0.0), 0.0) / self.temperature
        return everyone(sampled(np.where(able(fitness), np.exp(behind), 0.0), uniforms(0)))
