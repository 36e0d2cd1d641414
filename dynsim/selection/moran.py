"""One birth and one death."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .base import SCHEMES, Floats, Scheme, Succession, Uniforms, able, sampled


@SCHEMES.register
@dataclass(frozen=True)
class Moran(Scheme):
    """One system reproduces with probability f_i/Σf, and its child replaces a random system (Moran 1958).

    The replaced system may be the parent itself. A negative fitness counts as 0; if no fitness is positive, every
    system is equally likely to reproduce. A single mutant of relative fitness r takes over N places with
    probability (1 − 1/r)/(1 − r^−N).
    """

    name: ClassVar[str] = "moran"
    least: ClassVar[float] = 0.0

    def succeed(self, fitness: Floats, uniforms: Uniforms) -> Succession:
        count, size = fitness.shape
        parent = np.tile(np.arange(size), (count, 1))
        born = np.zeros(fitness.shape, bool)
        place = (uniforms(1)[:, :1] * size).astype(np.int64)
        weights = np.maximum(np.where(np.isfinite(fitness), fitness, 0.0), 0.0)
        some = (weights > 0.0).any(axis=1, keepdims=True)
        mother = sampled(np.where(some, weights, able(fitness)), uniforms(0)[:, :1])
        np.put_along_axis(parent, place, mother, axis=1)
        np.put_along_axis(born, place, True, axis=1)
        return Succession(parent, born)
