"""What varies between the replicas of a run, and which replicas belong together: the cells of its ensemble.

Statistics are taken over replicas that are samples of one and the same system. Where parameters differ between
replicas, those with the same values form a cell, and every table has rows of its own for each cell. This module decides
it for metrics, the conflict log, answers and figures.

What varies are the parameters that differ between replicas, whether their values were listed or sampled; parameters
that always change together are one axis. What selection moves (heritable numbers, group means) varies within a replica
and is not among them.

    exact   a cell for every combination of values: up to FEW of them, or up to MOST with two replicas each on average
    bins    beyond that, an axis of more than BINS values is cut into bins of as equal a count as ties allow, at most
            BINS of them, as many for each axis as leave about LEAST replicas to a cell; where that leaves too many
            cells, all axes are cut. More than AXES axes of many values are not cut: a cell spans them. The bounds of a
            cell are the least and the largest value in it.

The constants are in numerics/levels.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...arrays import Floats
from ...compiler.program import Program
from ...errors import InputError
from ...record.recording import Recording
from ...registry import unknown
from ..numerics.levels import FEW, MOST, axes_of, cut, numbered

Numbers = NDArray[np.int64]

COLUMN = "vary."
"""What the columns of varied parameters begin with, so that no parameter's name can be that of another column."""
LOW, HIGH = ".low", ".high"


@dataclass(frozen=True)
class Cells:
    """The cells in the order of their values.

    names: what varies. axes: what tells cells apart, in groups that change together. member: the cell of every replica,
    (R,). low, middle, high: the least value, the median and the largest value of each parameter in each cell,
    (names, C); the three are equal where cells are exact.
    """

    names: tuple[str, ...]
    axes: tuple[tuple[str, ...], ...]
    member: Numbers
    low: Floats
    middle: Floats
    high: Floats

    @property
    def count(self) -> int:
        return self.low.shape[1]

    @cached_property
    def exact(self) -> bool:
        """Whether all replicas of a cell have the same values."""
        return bool((self.low == self.high).all())

    @cached_property
    def index(self) -> Numbers:
        """The replicas of every cell, (C, r); −1 where a cell has fewer than the largest."""
        order = np.argsort(self.member, kind="stable")
        sizes = np.bincount(self.member, minlength=self.count)
        result = np.full((self.count, sizes.max()), -1)
        result[np.arange(sizes.max()) < sizes[:, None]] = order
        return result

    @property
    def pooled(self) -> Cells:
        """One cell of all replicas."""
        nothing = np.empty((0, 1))
        return Cells((), (), np.zeros_like(self.member), nothing, nothing, nothing)

    def replicas(self, cell: int) -> Numbers:
        """The numbers of the replicas of a cell, ascending."""
        return np.flatnonzero(self.member == cell)

    def split(self, values: Floats) -> Floats:
        """Values (…, R) by cell, (…, C, r), so that a statistic over the last axis is one for each cell. NaN fills up
        cells that have fewer replicas than the largest."""
        if self._in_order:
            return values.reshape(*values.shape[:-1], *self.index.shape)
        found = values[..., self.index]
        return found if self.index.min() >= 0 else np.where(self.index >= 0, found, np.nan)

    @cached_property
    def _in_order(self) -> bool:
        """Whether the cells are consecutive blocks of replicas of one size, so that `split` need not copy."""
        return bool((self.index.ravel() == np.arange(self.index.size)).all())

    def rows(self, table: pd.DataFrame, cell: int) -> pd.DataFrame:
        """The rows of a cell in a table over time, which has them cell after cell."""
        each = len(table) // self.count
        return table.iloc[cell * each : (cell + 1) * each]

    def columns(self, cells: Sequence[int] | Numbers) -> dict[str, Floats]:
        """The columns that tell these cells apart: for every varied parameter its value, or, where cells are bins, the
        median and the bounds."""
        found: dict[str, Floats] = {}
        for name, low, middle, high in zip(self.names, self.low, self.middle, self.high, strict=True):
            found[COLUMN + name] = middle[cells]
            if not self.exact:
                found |= {COLUMN + name + LOW: low[cells], COLUMN + name + HIGH: high[cells]}
        return found


def varied(program: Program, parameters: Mapping[str, Floats]) -> tuple[str, ...]:
    """The parameters that differ between replicas, except those that selection changes."""
    selection = program.selection
    moved = () if selection is None else (*selection.heritable, *selection.means)
    return tuple(name for name, x in parameters.items() if name not in moved and (x != x[:1]).any())


def cells_of(program: Program, recording: Recording, by: Collection[str] | None = None) -> Cells:
    """The cells of a run. by: the parameters that tell them apart, by default all that vary; an empty list gives one
    cell, which pools all replicas. InputError for a name that is no parameter, or one that selection moves."""
    parameters = recording.parameters
    if by is None:
        return cells(parameters, varied(program, parameters), recording.replicas)
    selection = program.selection
    moved = () if selection is None else (*selection.heritable, *selection.means)
    known = [name for name in parameters if name not in moved]
    wrong = [
        f"by: {name} is moved by selection, so that no replica has a value of its own" if name in moved
        else f"by: {unknown('parameter', name, known)}" for name in by if name not in known
    ]
    if wrong:
        raise InputError(*wrong)
    return cells(parameters, tuple(dict.fromkeys(by)), recording.replicas)


def cells(parameters: Mapping[str, Floats], names: Sequence[str], replicas: int) -> Cells:
    """The cells by these parameters, (R,) each."""
    axes = axes_of({name: np.unique(parameters[name], return_inverse=True)[1] for name in names}, replicas)
    levels = [found for found, _ in axes]
    member = numbered(levels, replicas)
    count = int(member.max()) + 1 if replicas else 1
    if count > (MOST if 2 * count <= replicas else FEW):
        coarse = cut(levels, replicas)
        axes, member = [axes[k] for k in coarse], numbered(list(coarse.values()), replicas)
        count = int(member.max()) + 1
    sizes = np.bincount(member, minlength=count)
    starts = np.cumsum(sizes) - sizes
    bounds = np.full((3, len(names), count), np.nan)
    for row, name in enumerate(names):
        values = parameters[name][np.lexsort((parameters[name], member))]  # of each cell, from the least on
        lower, upper = values[starts + (sizes - 1) // 2], values[starts + sizes // 2]
        bounds[:, row] = values[starts], (lower + upper) / 2, values[starts + sizes - 1]
    return Cells(tuple(names), tuple(group for _, group in axes), member, *bounds)


def each(parameters: Mapping[str, Floats], names: Sequence[str], replicas: int) -> Cells:
    """One cell for each replica, with the values that these parameters have in it."""
    own = np.array([parameters[name] for name in names]).reshape(len(names), replicas)
    return Cells(tuple(names), tuple((name,) for name in names), np.arange(replicas), own, own, own)


def cells_in(table: pd.DataFrame) -> tuple[Cells, Numbers]:
    """The cells that occur in a table, and the cell of every row."""
    names = [str(name) for name in table.columns if str(name).startswith(COLUMN)]
    bounds = {name + end for name in names for end in (LOW, HIGH)} & set(names)
    names = [name for name in names if name not in bounds]
    member: Numbers = np.zeros(len(table), np.int64)
    if names:
        member = np.asarray(table.groupby(names, sort=False).ngroup(), np.int64)
    first = table.iloc[np.unique(member, return_index=True)[1]]
    low, middle, high = (
        np.array([first[name + end if name + end in bounds else name] for name in names], float).reshape(
            len(names), len(first)) for end in (LOW, "", HIGH)
    )
    apart = [k for k in range(len(names)) if _apart(low[k], high[k])]
    levels = {names[k].removeprefix(COLUMN): np.unique(middle[k], return_inverse=True)[1] for k in apart}
    axes = tuple(group for _, group in axes_of(levels, len(first)))
    plain = tuple(name.removeprefix(COLUMN) for name in names)
    return Cells(plain, axes, np.arange(len(first)), low, middle, high), member


def _apart(low: Floats, high: Floats) -> bool:
    """Whether the ranges of a parameter are one beside the other."""
    ranges = np.unique(np.stack([low, high], axis=1), axis=0)
    return bool((ranges[1:, 0] > ranges[:-1, 1]).all())
