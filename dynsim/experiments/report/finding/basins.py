"""How many attractors random starts reach, and with which shares."""

from __future__ import annotations

import pandas as pd

from ....answers.wording.words import count, number, share
from ..basins import Reached, basins_of
from ..tables import Tables
from .words import interval

FEW = 6  # attractors that are told one by one


def what_starts_reach(tables: Tables) -> list[str]:
    """For each variant: where there is more than one attractor, the largest and smallest share of each, and how many
    starts reach none."""
    found: list[str] = []
    for reached in basins_of(tables):
        where = f"With {reached.variant}, " if len(tables.variants) > 1 else ""
        found.append(f"{where}{_several(reached)}.")
        if reached.attractors > 1:
            found += [f"{where}{_share(reached, rows)}." for _, rows in list(reached.rows.groupby("attractor"))[:FEW]]
        if reached.lost:
            value, part = max(reached.lost.items(), key=lambda pair: pair[1])
            at = f"{reached.axis.name} = {number(value)}"
            found.append(f"{where}up to {share(part)} of the starts, at {at}, leave the finite numbers.")
    return [text[0].upper() + text[1:] for text in found]


def _several(reached: Reached) -> str:
    values, name = reached.counts, reached.axis.name
    several = values[values > 1]
    if not len(several):
        return f"at every value of {name} that was looked at, all starts that stay finite reach one attractor"
    ends = number(several.index.min()), number(several.index.max())
    where = f"at {name} = {ends[0]}" if len(several) == 1 else f"from {name} = {ends[0]} to {ends[1]}"
    most = "" if several.max() == 2 else f", up to {several.max()}"
    told = f"at {len(several):,} of {count(len(values), 'value')}, {where}"
    return f"{told}, the starts reach more than one attractor{most}"


def _share(reached: Reached, rows: pd.DataFrame) -> str:
    path = reached.axis.path
    ranked = rows.sort_values("share", kind="stable")
    least, largest = ranked.iloc[0], ranked.iloc[-1]
    name = f"attractor {int(largest['attractor']) + 1}"
    text = f"{name} has its largest share, {_told(largest)}, at {reached.axis.name} = {number(largest[path])}"
    if len(rows) > 1:
        text += f", and its smallest, {_told(least)}, at {number(least[path])}"
    return text


def _told(row: pd.Series) -> str:
    return f"{share(row['share'])} ({interval(row['share.low'], row['share.high'], '%')})"
