"""How the axes of an experiment are drawn: by the values that its cells have, on a linear or a logarithmic scale."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...answers.wording.words import number
from ...arrays import Floats
from ..axis import Axis

DECADE = 10.0  # the least ratio of the largest value to the smallest on a logarithmic scale
EVEN = 1.6  # the most that the steps of evenly spaced values differ, as a ratio: 1, 2, 5, 10, 20 count as even


@dataclass(frozen=True)
class Drawn:
    """An axis with the values that occur.

    levels: each value once; numbers ascending, all others in the order of the file. codes: of each cell, the index of
    its level. numeric: whether the levels are numbers. log: whether they are drawn on a logarithmic scale.
    """

    path: str
    levels: tuple[Any, ...]
    codes: NDArray[np.int64]
    numeric: bool
    log: bool

    @property
    def name(self) -> str:
        """The path without `params.`, which says nothing to a reader."""
        return self.path.removeprefix("params.")

    @property
    def values(self) -> Floats:
        """The levels as numbers, or their places 0, 1, … if they are none."""
        return np.array(self.levels if self.numeric else range(len(self.levels)), dtype=float)

    @property
    def texts(self) -> list[str]:
        """The levels as a reader sees them: parts of the structure by their names alone, where these are distinct."""
        names = [_name(level) for level in self.levels]
        return names if len(set(names)) == len(names) else [told(level) for level in self.levels]

    def edges(self) -> Floats:
        """Where the fields of a heat map begin and end, (levels + 1,): halfway between neighbours on its scale."""
        at = np.log(self.values) if self.log else self.values
        if len(at) == 1:
            half = 0.5 if self.log or not at[0] else 0.5 * abs(at[0])
            ends = np.array([at[0] - half, at[0] + half])
        else:
            middle = (at[1:] + at[:-1]) / 2
            ends = np.concatenate([[2 * at[0] - middle[0]], middle, [2 * at[-1] - middle[-1]]])
        return np.exp(ends) if self.log else ends


def told(value: Any) -> str:
    """A value of an axis as a reader sees it: "0.3", "gradient"; anything longer as JSON."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | float | np.number):
        return number(float(value), 4)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _name(level: Any) -> str:
    """The name of a rule, a graph or the like that is stated with its settings as JSON: {"gradient": {"rate": 0.1}}."""
    if isinstance(level, str) and level.startswith("{"):
        try:
            stated = json.loads(level)
        except ValueError:
            return level
        if len(stated) == 1:
            return str(next(iter(stated)))
    return told(level)


def drawn_axis(axis: Axis, column: pd.Series) -> Drawn:
    """The axis with the values in its column of the table of cells."""
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    codes, levels = pd.factorize(column, sort=numeric)
    values = np.asarray(levels, dtype=float) if numeric else np.empty(0)
    return Drawn(axis.path, tuple(levels.tolist()), codes, numeric, numeric and _logarithmic(axis, values))


def _logarithmic(axis: Axis, levels: Floats) -> bool:
    if not (levels > 0).all() or levels[-1] < DECADE * levels[0]:
        return False
    if axis.spacing == "log":
        return True
    steps = np.diff(np.log(levels))
    return axis.spacing == "listed" and len(levels) > 2 and bool(steps.max() <= EVEN**2 * steps.min())
