"""What a continuation found, as figures and sentences read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor, log10

import pandas as pd

from ...answers.wording.words import number
from .axes import Drawn
from .tables import Tables

WAYS = ("up", "down")
LEAST, MOST = 3, 12  # digits
DUST = 1e-6  # of a step between two roundings


@dataclass(frozen=True)
class Changes:
    """The same change of one or more replicas: on the way up or down, of a kind, with the periods before and after it.
    value: the median over replicas. low, high: its interval, from the least end to the largest."""

    way: str
    kind: str
    before: int
    after: int
    replicas: int
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Branches:
    """The rows of one variant. rows: as in found.parquet. axis: along which the branches are followed."""

    variant: str
    rows: pd.DataFrame
    axis: Drawn

    @cached_property
    def branch(self) -> pd.DataFrame:
        return self.rows[self.rows["kind"] == "branch"]

    @property
    def replicas(self) -> int:
        return int(self.branch["replica"].nunique())

    @cached_property
    def variables(self) -> list[str]:
        """The state variables whose extremes the rows have."""
        names = [str(column).removesuffix(".low") for column in self.rows if str(column).endswith(".low")]
        return [name for name in names if name != self.axis.path and self.branch[f"{name}.low"].notna().any()]

    @cached_property
    def changes(self) -> list[Changes]:
        """In the order in which they happen on each way. The k-th change of one sort counts as the same in all
        replicas."""
        path, sort = self.axis.path, ["way", "kind", "before", "after"]
        rows = self.rows[~self.rows["kind"].isin(["branch", "hysteresis"])]
        occurrence = rows.groupby(["replica", *sort], sort=False).cumcount()
        found = [
            Changes(
                str(way), str(kind), int(float(str(before))), int(float(str(after))), len(own),
                float(own[path].median()), float(own[f"{path}.low"].min()), float(own[f"{path}.high"].max()),
            )
            for (way, kind, before, after, _), own in rows.groupby([*sort, occurrence.rename("k")], sort=False)
        ]
        return sorted(found, key=lambda c: (WAYS.index(c.way), c.value if c.way == "up" else -c.value))

    @cached_property
    def loop(self) -> pd.DataFrame:
        """The ranges in which the way matters, a row for each replica that has one."""
        return self.rows[self.rows["kind"] == "hysteresis"]


def branches_of(tables: Tables) -> Iterator[Branches]:
    """The branches of every variant that has some."""
    if tables.found is None or "kind" not in tables.found:
        return
    (axis,) = tables.axes
    for name in tables.variants:
        rows = tables.found[tables.found["variant"] == name]
        if (rows["kind"] == "branch").any():
            yield Branches(name, rows, axis)


def located(change: Changes) -> tuple[str, str, str]:
    """The value and both ends of its interval, with two digits of the interval's width; the ends are rounded outward,
    so that what lies in the interval lies in what is told."""
    width = change.high - change.low
    if not width > 0.0:
        return number(change.value, LEAST), number(change.low, LEAST), number(change.high, LEAST)
    step = 10.0 ** (floor(log10(width)) - 1)
    largest = max(abs(change.low), abs(change.high))
    digits = min(max(floor(log10(largest)) - floor(log10(step)) + 1, LEAST), MOST)
    low, high = floor(change.low / step + DUST) * step, ceil(change.high / step - DUST) * step
    return number(change.value, digits), number(low, digits), number(high, digits)
