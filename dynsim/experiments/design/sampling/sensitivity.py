"""Designs whose points are sampled for an analysis: which axes a quantity depends on.

The sample and its analysis are one object, because the estimators rely on the order of the points. SALib (Herman and
Usher 2017; Iwanaga, Usher and Herman 2022) does both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ....arrays import Floats
from ....errors import InputError, Problem
from ....extras import from_extra
from ....settings import count
from ...axis import Axis, Value
from ..base import Design
from .ranges import scaled

RESAMPLES = 500  # of the bootstrap
LEVEL = 0.95


@dataclass(frozen=True)
class SensitivityDesign(Design):
    """Base of the designs that are sampled for an analysis. A subclass gives `_sample` and `_analyse`, both in the unit
    cube, and the columns of its result.

    estimates: the columns that have an interval, each a pair of columns `.low` and `.high`. others: those without one.
    """

    ranges: ClassVar[bool] = True
    estimates: ClassVar[tuple[str, ...]]
    others: ClassVar[tuple[str, ...]] = ()

    n: int = count(at_least=2, doc="the number of independent blocks of points")
    seed: int = count(0, at_least=0, doc="of the sample")

    def clashes(self, axes: Sequence[Axis]) -> list[Problem]:
        if len(axes) > 1:
            return []
        return [Problem(f"design {self.name} compares axes, so it needs at least two", axes[0].path if axes else None)]

    def points(self, axes: Sequence[Axis]) -> Iterator[tuple[Value, ...]]:
        return scaled(self._sample(len(axes)), axes)

    def indices(self, axes: Sequence[Axis], values: Floats) -> pd.DataFrame:
        """The indices of one quantity.

        values: the quantity at every one of `points(axes)`, in their order, (count(axes),). Returns a row per axis:
        `parameter`, each of `estimates` with the ends of its 95 % interval (`.low`, `.high`: the estimate ∓ 1.96
        standard errors of a bootstrap over the independent blocks of the sample, so an interval may reach beyond the
        range of its index), each of `others`, and `unknown`, the number of points without a finite value. Where there
        are any, or the quantity is constant, every index is NaN: leaving points out would change what is estimated.
        Raises InputError if the values do not fit the design.
        """
        values = np.asarray(values, dtype=float)
        expected = self.count(axes)
        if values.shape != (expected,):
            raise InputError(
                f"design {self.name} of {len(axes)} axes has {expected:,} points; the values have shape {values.shape}"
            )
        unknown = int((~np.isfinite(values)).sum())
        # Rounding errors of a constant are no variance that the axes could share.
        flat = unknown > 0 or np.ptp(values) <= 1e-12 * np.abs(values).max()
        found = {} if flat else self._analyse(len(axes), values)
        table: dict[str, Any] = {"parameter": [axis.path for axis in axes]}
        nothing = np.full(len(axes), np.nan)
        for name in self.estimates:
            middle, half = (np.asarray(found.get(key, nothing), float) for key in (name, f"{name}_conf"))
            table |= {name: middle, f"{name}.low": middle - half, f"{name}.high": middle + half}
        table |= {name: np.asarray(found.get(name, nothing), float) for name in self.others}
        return pd.DataFrame(table).assign(unknown=unknown)

    def _sample(self, axes: int) -> Floats:
        """The points in the unit cube, (count, axes)."""
        raise NotImplementedError

    def _analyse(self, axes: int, values: Floats) -> dict[str, Any]:
        """SALib's result for finite values that differ."""
        raise NotImplementedError

    @property
    def _bootstrap(self) -> dict[str, Any]:
        # SALib takes the seed 0 for none, and its intervals would differ from call to call.
        return {"num_resamples": RESAMPLES, "conf_level": LEVEL, "seed": self.seed + 1}


def salib(module: str) -> ModuleType:
    """A module of SALib, such as "sample.morris"."""
    return from_extra("experiments", f"SALib.{module}", "an analysis of sensitivity")


def unit_problem(axes: int) -> dict[str, Any]:
    """The unit cube as SALib describes it."""
    return {"num_vars": axes, "names": [f"x{k}" for k in range(axes)], "bounds": [[0.0, 1.0]] * axes}
