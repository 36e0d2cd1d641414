"""What a metric on request is: a frozen record of settings in its own file that turns a study into one tidy table.

The metrics of the conflict log (metric.py) are computed of every run, all in one pass. Those here are asked for, by a
scenario (`metrics:`) or by `dynsim metrics DIR NAME`, and may read the record again or simulate variants of the system.

A table has key columns (agent, a, b, variable, phase, …), perhaps `t`, and then what `spread` gives of the values of
all replicas. Where a value is not defined in a replica it is NaN there and is left out. A metric that gives numbers of
several kinds has the key column `quantity`, which names them; figures keep them apart.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ..algebra.graph import Expr
from ..errors import InputError
from ..registry import Registry
from ..settings import read
from .bands import QUANTILES, Floats, bands
from .study import Study


@dataclass(frozen=True)
class Measure(ABC):
    """Base of all metrics on request. Subclasses are frozen dataclasses whose fields are settings (dynsim.settings).

    heading: the question that it answers, a section's heading in the report. caption: how to read it. value: the axis
    of its values in figures. shape: how the report draws its table: "lines" over t, "dots" (one row a key, with its
    spread), "matrix" (keys a and b), "curve" (over the column `x`, which `over` names). agents: whether it is
    about agents, and there is nothing to measure where there are none.
    """

    name: ClassVar[str]
    heading: ClassVar[str]
    caption: ClassVar[str]
    value: ClassVar[str]
    shape: ClassVar[Literal["lines", "dots", "matrix", "curve"]]
    over: ClassVar[str] = ""
    agents: ClassVar[bool] = True

    @abstractmethod
    def measure(self, study: Study) -> pd.DataFrame:
        """The table. Raises InputError where the run has not what the metric needs, saying what that is."""


MEASURES: Registry[type[Measure]] = Registry("metric", "dynsim.analysis.measures")

STATISTICS = ("n", "mean", "se", *QUANTILES)
"""The columns that `spread` gives."""


def make(name: str, settings: Mapping[str, Any]) -> Measure:
    """The metric `name` with these settings; InputError with all mistakes, each with the setting as its path."""
    measure: Measure = read(MEASURES, name, settings, _plain, _plain)
    return measure


def keys_of(table: pd.DataFrame) -> list[str]:
    """The columns that tell the rows of one tick apart."""
    return [str(column) for column in table.columns if column not in (*STATISTICS, "t", "x")]


def _plain(key: str, raw: Any) -> float:
    """A setting here is a number: a run is over, and its expressions have many values."""
    if isinstance(raw, str | Expr):
        raise InputError("the settings of a metric are plain numbers")
    return float(raw)


def spread(values: Floats) -> dict[str, Floats]:
    """The statistics of a quantity over the last axis, the replicas: `n` (finite values), `mean`, `se` (the standard
    error of the mean, s/√n; NaN for fewer than two), and quantiles `q05`, `q25`, `median`, `q75`, `q95`."""
    finite = np.isfinite(values)
    count = finite.sum(axis=-1)
    found = bands(values)
    deviations = np.where(finite, values - found["mean"][..., None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.where(count > 1, np.sqrt((deviations**2).sum(axis=-1) / (count - 1) / count), np.nan)
    return {"n": count, "mean": found.pop("mean"), "se": se, **found}
