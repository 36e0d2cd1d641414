"""What a report is made of: an experiment and its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..model import Experiment
from .axes import Drawn, drawn_axis
from .quantities import Quantity, commonest, quantities_of, verdicts_of

MANY_LEVELS = 12  # a category with more levels has no panel or colour for each


@dataclass(frozen=True)
class Tables:
    """The experiment, where it is kept, and what it found.

    cells, failures: as in the directory (`cells.parquet`, `failures.parquet`). Analyses that were not made are None.

    - effects, interactions: of effects/differences.py.
    - sensitivity: of experiments/sensitivity.py.
    - found: of designs that carry states over (`continuation`, `basins`), as in found.parquet.
    - boundary, a row for each point of a curve: `variant`, `quantity`, the `level` that it crosses there, `curve`
      (points of one curve follow each other), and a column per axis. `PATH.low` and `PATH.high`: the same point at the
      ends of its interval, if they are known. Where a category changes, `level` is missing, and `between` names both
      sides. `message`: what a reader has to know; a row without a `curve` says by it why there is no boundary.

    All intervals are 95 % intervals.
    """

    experiment: Experiment
    directory: str
    cells: pd.DataFrame
    failures: pd.DataFrame
    effects: pd.DataFrame | None = None
    interactions: pd.DataFrame | None = None
    boundary: pd.DataFrame | None = None
    sensitivity: pd.DataFrame | None = None
    found: pd.DataFrame | None = None

    @cached_property
    def axes(self) -> tuple[Drawn, ...]:
        return tuple(drawn_axis(axis, self.cells[axis.path]) for axis in self.experiment.axes)

    @property
    def numeric(self) -> tuple[Drawn, ...]:
        """The axes with numbers, of which more than one occurs."""
        return tuple(axis for axis in self.axes if axis.numeric and len(axis.levels) > 1)

    @property
    def categories(self) -> tuple[Drawn, ...]:
        return tuple(axis for axis in self.axes if not axis.numeric and len(axis.levels) > 1)

    @cached_property
    def variants(self) -> tuple[str, ...]:
        """The names of the variants that have cells; the reference first."""
        there = set(self.cells["variant"])
        return tuple(one.name for one in self.experiment.variants if one.name in there)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        own = {axis.path for axis in self.experiment.axes}
        known = [str(column) for column in self.cells if column not in own]
        return tuple(one for one in quantities_of(known) if self.cells[one.column("median")].notna().any())

    @cached_property
    def verdicts(self) -> tuple[str, ...]:
        return verdicts_of(self.cells)

    @cached_property
    def commonest(self) -> NDArray[np.int64]:
        return commonest(self.cells, self.verdicts)

    @cached_property
    def failed(self) -> NDArray[np.bool_]:
        """Of each cell, whether none of its replicas finished, (N,)."""
        finished: NDArray[np.bool_] = self.cells["replicas"].to_numpy(int) == 0
        return finished

    def groups(self, besides: Sequence[Drawn]) -> tuple[list[str], NDArray[np.int64]]:
        """The combinations of variants and categories that have a panel or a colour each, apart from the axes in
        `besides`: their names, and the index of each cell's."""
        parts = [self.cells["variant"].to_numpy(object)] if len(self.variants) > 1 else []
        order = [list(self.variants)] if parts else []
        for axis in self.categories:
            if axis not in besides and len(axis.levels) <= MANY_LEVELS:
                texts = axis.texts
                parts.append(np.array(texts, dtype=object)[axis.codes])
                order.append(texts)
        if not parts:
            return [""], np.zeros(len(self.cells), dtype=np.int64)
        codes, size = np.zeros(len(self.cells), dtype=np.int64), 1
        for part, names in zip(parts, order, strict=True):
            codes = codes * len(names) + pd.Categorical(part, categories=names).codes
            size *= len(names)
        there, codes = np.unique(codes, return_inverse=True)
        return [_name(int(code), order) for code in there], codes


def _name(code: int, order: Sequence[Sequence[str]]) -> str:
    parts: list[str] = []
    for names in reversed(order):
        code, place = divmod(code, len(names))
        parts.insert(0, names[place])
    return ", ".join(parts)
