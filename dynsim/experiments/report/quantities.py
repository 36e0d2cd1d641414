"""What the table of cells says about each cell, by columns: shares of verdicts, and statistics of what is collected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...analysis.motion.verdicts import VERDICTS
from ..effects.sentences import quantity_in_words

VERDICT, BASE = "verdict.", "base.last"
STATISTICS = ("median", "mean", "q25", "q75", "q05", "q95", "se")  # those that readers need most come first
WORDS = {
    "median": "median", "mean": "mean", "se": "standard error of the mean", "q05": "5 % quantile",
    "q25": "25 % quantile", "q75": "75 % quantile", "q95": "95 % quantile",
}


@dataclass(frozen=True)
class Quantity:
    """Something that was collected. name: as in the table of cells. statistics: those that the table has of it, which
    are its columns NAME.STATISTIC."""

    name: str
    statistics: tuple[str, ...]

    @property
    def words(self) -> str:
        return quantity_in_words(self.name)

    def column(self, statistic: str) -> str:
        return f"{self.name}.{statistic}"


def quantities_of(columns: Iterable[str]) -> tuple[Quantity, ...]:
    """The quantities in a table of cells, in the order of their columns."""
    found: dict[str, list[str]] = {}
    for column in columns:
        name, _, statistic = column.rpartition(".")
        if name and statistic in STATISTICS:
            found.setdefault(name, []).append(statistic)
    complete = {name: those for name, those in found.items() if "median" in those}
    return tuple(Quantity(name, tuple(s for s in STATISTICS if s in those)) for name, those in complete.items())


def verdicts_of(cells: pd.DataFrame) -> tuple[str, ...]:
    """The verdicts that occur in some cell, in the order of the house."""
    names = [column.removeprefix(VERDICT) for column in map(str, cells) if column.startswith(VERDICT)]
    names = [name for name in names if not name.endswith((".low", ".high"))]
    there = [name for name in names if (cells[VERDICT + name].to_numpy(float) > 0).any()]
    return tuple([name for name in VERDICTS if name in there] + sorted(set(there) - set(VERDICTS)))


def commonest(cells: pd.DataFrame, verdicts: tuple[str, ...]) -> np.ndarray:
    """Of each cell, the index of its most common verdict; the first in the order of `verdicts` of several that are as
    common; −1 where no replica has one."""
    if not verdicts:
        return np.full(len(cells), -1)
    shares = np.nan_to_num(cells[[VERDICT + name for name in verdicts]].to_numpy(float))
    return np.where(shares.sum(axis=1) > 0, shares.argmax(axis=1), -1)
