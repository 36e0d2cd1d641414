"""Which share of a quantity's variance each axis is responsible for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ...arrays import Floats
from ...errors import Problem
from ..axis import Axis
from .base import DESIGNS
from .sampling.balance import unbalanced
from .sampling.sensitivity import SensitivityDesign, salib, unit_problem


@DESIGNS.register
@dataclass(frozen=True)
class SobolIndices(SensitivityDesign):
    """Sobol' indices of the axes, each uniform over its range (uniform in the logarithm on a log scale): n (d + 2)
    points for d axes; n is a power of 2.

    S1 = Var E[Y|xᵢ]/Var Y is the share of the variance that xᵢ alone explains; ST = E Var[Y|x₋ᵢ]/Var Y also counts what
    it explains together with others, so ST − S1 is the part of its interactions (Sobol' 1993; Homma and Saltelli 1996).
    Sampled by Saltelli's (2002) scheme from a scrambled Sobol' sequence. S1 is estimated as in Saltelli et al. (2010),
    ST as in Jansen (1999).
    """

    name: ClassVar[str] = "sobol_indices"
    estimates: ClassVar[tuple[str, ...]] = ("S1", "ST")

    @classmethod
    def mistakes(cls, written: Mapping[str, Any]) -> list[Problem]:
        return unbalanced(int(written["n"]))

    def count(self, axes: Sequence[Axis]) -> int:
        return self.n * (len(axes) + 2)

    def _sample(self, axes: int) -> Floats:
        sample: Floats = salib("sample.sobol").sample(
            unit_problem(axes), self.n, calc_second_order=False, seed=self.seed
        )
        return sample

    def _analyse(self, axes: int, values: Floats) -> dict[str, Any]:
        found: dict[str, Any] = salib("analyze.sobol").analyze(
            unit_problem(axes), values, calc_second_order=False, **self._bootstrap
        )
        return found
