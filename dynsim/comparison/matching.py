"""Which cells of two runs or experiments are compared with each other, and whether their replicas are pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..experiments.effects.differences import effects
from ..experiments.effects.unpaired import unpaired_effects
from ..experiments.effects.values import Values, values_of
from .sides import Side

PARAMETER = "params."  # before the name of a parameter in the path of an experiment's axis
SELECTION = "selection makes replicas depend on each other"
OTHER_AXES = "other parameters vary in them"
OTHER_VALUES = "what varies has other values in each of them"


@dataclass(frozen=True)
class Matched:
    """Cells of a reference and of another run or experiment that are compared with each other, one pair a point.

    points: columns first and other, the numbers of their cells, and what varies. start: added to numbers of cells, so
    that several comparisons have no number in common.
    """

    first: Side
    other: Side
    points: pd.DataFrame
    start: int

    @property
    def axes(self) -> list[str]:
        return [str(name) for name in self.points if name not in ("first", "other")]

    @property
    def cells(self) -> pd.DataFrame:
        """The points of the other one, as an experiment has cells of a variant. They have the numbers of its own cells,
        or those of the reference's if nothing varies in it."""
        number = self.points["other" if self.other.varied else "first"] + self.start
        return self.points[self.axes].assign(cell=number.to_numpy(), variant=self.other.name)

    @property
    def unpaired(self) -> str:
        """Why replicas of the same number are no pairs; "" if they are."""
        one, two = self.first.seed, self.other.seed
        if one != two:
            return f"they have the seeds {two} and {one}, so their replicas have different random numbers"
        common = self._values.joined(self.first.name, self.other.name)
        return "" if len(common.point) else "no number of a replica is in both"

    @cached_property
    def effects(self) -> pd.DataFrame:
        """What changes from the reference to the other one, of what both have. With a single point, over all is all."""
        table = unpaired_effects(self._values) if self.unpaired else effects(self._values)
        told = (table["pairs"] > 0) & (table["cell"].isna() | (len(self.points) > 1))
        return table[told].assign(paired=not self.unpaired)

    @cached_property
    def _values(self) -> Values:
        """Of both, at the points; numbers of cells from `cells`, those of the reference behind them."""
        own = self.cells
        behind = own.assign(cell=np.arange(len(own)) + own["cell"].max() + 1, variant=self.first.name)
        places = ((self.first, "first", behind), (self.other, "other", own))
        rows = [_at(side, self.points[column], cells["cell"]) for side, column, cells in places]
        cells = pd.concat([cells.assign(point=range(len(cells))) for _, _, cells in places], ignore_index=True)
        common = min(self.first.fewest, self.other.fewest)
        return values_of(cells, pd.concat(rows, ignore_index=True), ["point"], common)


def _at(side: Side, cells: pd.Series, numbers: pd.Series) -> pd.DataFrame:
    """The replicas of these cells, a cell by each of its new numbers."""
    places = pd.DataFrame({"cell": cells.to_numpy(), "number": numbers.to_numpy()})
    return places.merge(side.results, on="cell").drop(columns="cell").rename(columns={"number": "cell"})


def matched(first: Side, other: Side, start: int) -> Matched | str:
    """Cells with the same values of what varies; if nothing varies in one of them, it is compared with every cell of
    the other. Else the reason why there is nothing to compare."""
    if first.related or other.related:
        return SELECTION
    one, two = (_cells(side) for side in (first, other))
    names = [str(name) for name in one if name != "cell"]
    if not first.varied or not other.varied:
        points = one.merge(two, how="cross", suffixes=("_first", "_other"))
    elif set(one) != set(two):
        return OTHER_AXES
    else:
        one, two = _comparable(one, two, names)
        points = one.merge(two, on=[*names, "turn"], suffixes=("_first", "_other")).drop(columns="turn")
    if not len(points):
        return OTHER_VALUES
    return Matched(first, other, points.rename(columns={"cell_first": "first", "cell_other": "other"}), start)


def _cells(side: Side) -> pd.DataFrame:
    """Its cells, with a parameter's name whether it is a run's or the path of an experiment's axis."""
    return side.cells.rename(columns=lambda name: str(name).removeprefix(PARAMETER))


def _comparable(one: pd.DataFrame, two: pd.DataFrame, names: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both with columns of one type, and `turn`: how often the same values came before, as they may in a sample."""
    texts = [name for name in names if not all(frame[name].dtype.kind in "fiub" for frame in (one, two))]
    both = [frame.astype(dict.fromkeys(texts, str)) for frame in (one, two)]
    first, second = (frame.assign(turn=frame.groupby(list(names)).cumcount()) for frame in both)
    return first, second
