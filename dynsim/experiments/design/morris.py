"""Which axes matter at all: screening with few points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ...arrays import Floats
from ...errors import Problem
from ...settings import count
from ..axis import Axis
from .base import DESIGNS
from .sampling.sensitivity import SensitivityDesign, salib, unit_problem


@DESIGNS.register
@dataclass(frozen=True)
class Morris(SensitivityDesign):
    """Morris screening: n walks through a grid of the axes' ranges, each of which changes every axis once: n (d + 1)
    points for d axes.

    The elementary effect of an axis is (Y(x + Δeᵢ) − Y(x))/Δ, in units of the quantity per whole range of the axis.
    mu_star is the mean of its absolute value over the walks, mu its mean, sigma its standard deviation (Morris 1991;
    Campolongo, Cariboni and Saltelli 2007). mu_star near 0: the axis does not matter. sigma beside |mu|: its effect is
    not linear, or depends on other axes.
    """

    name: ClassVar[str] = "morris"
    estimates: ClassVar[tuple[str, ...]] = ("mu_star",)
    others: ClassVar[tuple[str, ...]] = ("mu", "sigma")

    levels: int = count(4, at_least=2, doc="the number of values of each axis, even")

    @classmethod
    def mistakes(cls, written: Mapping[str, Any]) -> list[Problem]:
        # A step is half the grid and one level more: only with an even number are all levels equally likely.
        levels = int(written.get("levels", cls.levels))
        return [Problem(f"expected an even number, got {levels}", "levels")] if levels % 2 else []

    def count(self, axes: Sequence[Axis]) -> int:
        return self.n * (len(axes) + 1)

    def _sample(self, axes: int) -> Floats:
        sample: Floats = salib("sample.morris").sample(
            unit_problem(axes), self.n, num_levels=self.levels, seed=self.seed
        )
        return sample

    def _analyse(self, axes: int, values: Floats) -> dict[str, Any]:
        found: dict[str, Any] = salib("analyze.morris").analyze(
            unit_problem(axes), self._sample(axes), values, num_levels=self.levels, **self._bootstrap
        )
        return found
