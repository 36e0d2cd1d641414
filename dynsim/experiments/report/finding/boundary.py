"""Where the boundary lies."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

import pandas as pd

from ....answers.wording.words import listing, number
from ...design.boundary import VERDICT
from ..axes import Drawn
from ..boundary import ENDS, sides, statistic
from ..tables import Tables
from .words import interval, opening, value_of


def where_the_boundary_lies(tables: Tables) -> list[str]:
    """For each variant: the value of one axis where the quantity crosses its level, or the extent of its curves, and
    what a reader has to know of the search."""
    table = tables.boundary
    if table is None or not len(table):
        return []
    axes = [axis for axis in tables.numeric if axis.path in table]
    found: list[str] = []
    for variant, rows in table.groupby("variant", sort=False):
        where = f"With {variant}, " if len(tables.variants) > 1 else ""
        there = rows[rows["curve"].notna()]
        found += _boundaries(where, there, axes)
        for message in dict.fromkeys(rows.get("message", pd.Series(dtype=str)).dropna()):
            if message and len(there):
                found.append(f"{where}{message if where else message[0].upper() + message[1:]}.")
            elif message:
                found.append(f"{where}{'no' if where else 'No'} boundary was found: {message}.")
    return found


def _boundaries(where: str, rows: pd.DataFrame, axes: list[Drawn]) -> Iterator[str]:
    """Of each quantity, or each pair of sides, where its boundary lies."""
    keys = ["quantity", "level"] + (["between"] if len(rows) and sides(rows) else [])
    for (quantity, level, *_), part in rows.groupby(keys, sort=False, dropna=False):
        if sides(part):
            of = "" if str(quantity).startswith(VERDICT) else f" of {quantity}"
            crossed = f"the boundary{of} between {sides(part)} lies"
        else:
            crossed = f"{statistic(str(quantity))} crosses {value_of(str(quantity), float(str(level)))}"
        told = _points(axes[0], part) if len(axes) == 1 else _curves(axes, part)
        yield f"{where}{crossed if where else opening(crossed)} {told}."


def _points(axis: Drawn, rows: pd.DataFrame) -> str:
    """ "at kappa = 0.5 (95 % interval 0.49–0.51)"."""
    return f"at {listing(list(_each(axis, rows)), 4)}"


def _each(axis: Drawn, rows: pd.DataFrame) -> Iterator[str]:
    for place, row in enumerate(rows.to_dict("records")):
        name = f"{axis.name} = " if place == 0 else ""
        low, high = (row.get(f"{axis.path}.{end}", float("nan")) for end in ENDS)
        ends = f" ({interval(low, high, digits=4)})" if isfinite(low) and isfinite(high) else ""
        yield f"{name}{number(row[axis.path], 4)}{ends}"


def _curves(axes: list[Drawn], rows: pd.DataFrame) -> str:
    """ "along one curve, on which kappa runs from 0.1 to 1 and eta from 0.01 to 0.3"."""
    count = rows["curve"].nunique()
    extents = [
        f"{axis.name} {'lies between' if place == 0 else 'between'} {number(rows[axis.path].min())} and "
        f"{number(rows[axis.path].max())}"
        for place, axis in enumerate(axes)
    ]
    return f"along {'one curve' if count == 1 else f'{count:,} curves'}, on which {listing(extents)}"
