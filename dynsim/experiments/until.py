"""When a cell has enough replicas: `until` of an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..answers.wording.wilson import wilson
from ..arrays import Flags

VERDICT = "verdict."


@dataclass(frozen=True)
class Until:
    """Which precision every cell needs.

    of: a collected column, or `verdict.NAME`. se: the standard error of its mean, at most. half_width: of a share (of a
    verdict, or of a condition), half the width of its 95 % interval, at most. One of both is None. most: the replicas
    that a cell has at most.
    """

    of: str
    most: int
    se: float | None = None
    half_width: float | None = None

    @property
    def column(self) -> str:
        """The column of replicas.parquet that it needs."""
        return VERDICT[:-1] if self.of.startswith(VERDICT) else self.of

    @property
    def wanted(self) -> str:
        """What is wanted, in words."""
        if self.se is not None:
            return f"a standard error of {self.of} of {self.se:g} or less"
        return f"a 95 % interval of the share of {self.of} of ±{self.half_width:g} or less"

    def reached(self, cells: Mapping[str, Any] | pd.DataFrame) -> Flags:
        """Whether each cell is precise enough, (N,): cells have the columns of cells.parquet. A cell without a value is
        not."""
        if self.of.startswith(VERDICT) and f"{self.of}.low" in cells:
            width = np.subtract(cells[f"{self.of}.high"], cells[f"{self.of}.low"]) / 2
        elif f"{self.of}.se" not in cells:
            return np.zeros(len(cells["replicas"]), dtype=bool)
        elif self.half_width is not None:
            pairs = zip(cells[f"{self.of}.mean"], cells["replicas"], strict=True)
            width = np.array([_half_width(*pair) for pair in pairs])
        else:
            width = np.asarray(cells[f"{self.of}.se"], dtype=float)
        return np.asarray(width <= (self.se or self.half_width or 0.0))

    def valued(self, cells: pd.DataFrame) -> Flags:
        """Whether each cell has a finite value, without which there is no precision to reach."""
        name = self.of if self.of.startswith(VERDICT) else f"{self.of}.mean"
        return np.isfinite(cells[name].to_numpy(float)) if name in cells else np.zeros(len(cells), dtype=bool)

    def open(self, cells: pd.DataFrame) -> Flags:
        """Whether more replicas can make a cell precise enough."""
        return ~self.reached(cells) & self.valued(cells) & (cells["failed"] == 0).to_numpy()


def _half_width(share: float, replicas: int) -> float:
    if not np.isfinite(share):
        return np.nan
    low, high = wilson(share * replicas, replicas)
    return (high - low) / 2
