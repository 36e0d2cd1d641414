"""The effects of variants in sentences. Every claim has its number and interval, and stands after a correction for the
number of comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ...answers.wording.change import UNCHANGED
from ...answers.wording.sign_test import LEVEL
from ...answers.wording.verdicts import verb
from ...answers.wording.words import between, count, listing, number
from .paired import holm

LEAST = 6  # replicas: fewer prove nothing by a sign test, and too little about how differences are distributed
MOST = 12  # sentences about single quantities of a variant
RANGES = 3  # of an axis in a sentence
VERDICT = "verdict."


@dataclass(frozen=True)
class Effects:
    """effects: the table (differences.py). cells: the cells of the experiment. axes: their columns that vary."""

    effects: pd.DataFrame
    cells: pd.DataFrame
    axes: tuple[str, ...]

    @cached_property
    def over_all(self) -> pd.DataFrame:
        """The rows over all cells, with `sign`: the direction if it is clear, else 0."""
        return _signed(self.effects[self.effects["cell"].isna()])

    @cached_property
    def by_cell(self) -> pd.DataFrame:
        """The rows of single cells, with `sign` and the values of the axes."""
        rows = _signed(self.effects[self.effects["cell"].notna()])
        return rows.merge(self.cells[["cell", *self.axes]], on="cell", how="left")

    @property
    def points(self) -> int:
        """The number of cells of each variant."""
        return int(self.cells.groupby("variant").size().max())


def _signed(rows: pd.DataFrame) -> pd.DataFrame:
    """A difference is clear if its p-value, corrected for all rows, is below LEVEL, its interval excludes 0, it is more
    than rounding in some pair, and there are LEAST replicas."""
    p = holm(rows["p"].to_numpy(float))
    excludes = (rows["low"] > 0) | (rows["high"] < 0)
    clear = (p < LEVEL) & excludes & (rows["changed"] > 0) & (rows["n"] >= LEAST)
    return rows.assign(sign=np.where(clear, np.sign(rows["difference"]), 0).astype(int))


def sentences(table: pd.DataFrame, cells: pd.DataFrame, axes: Sequence[str]) -> list[str]:
    """What the variants change, the clearest effects of every variant first, and how it was tested.

    table: of `effects`. A variant lowers or raises a quantity only where that is clear (the last sentence says how).
    It changes nothing only where no pair of replicas differs by more than 0.1 %.
    """
    found = Effects(table, cells, tuple(axes))
    told = [text for variant in dict.fromkeys(table["variant"]) for text in _variant(found, variant)]
    return [*told, _method(found)] if told else []


def interaction_sentences(table: pd.DataFrame) -> list[str]:
    """The clear interactions over all cells, and that there is none if there is none. table: of `interactions`."""
    rows = _signed(table[table["cell"].isna()])
    clear: Any = rows[rows["sign"] != 0].sort_values("p", kind="stable").itertuples()
    told = []
    for row in clear:
        first, second = row.variant.split(" × ")
        way = "higher" if row.sign > 0 else "lower"
        told.append(
            f"With {first} and {second} together, {quantity_in_words(row.quantity)} is {_size(row)} {way} than their "
            "separate effects add up to."
        )
    if told or not len(rows):
        return told
    return [f"No interaction of two variants is clear ({count(len(rows), 'comparison')}, corrected for their number)."]


def _variant(found: Effects, variant: str) -> Iterator[str]:
    rows = found.over_all[found.over_all["variant"] == variant]
    unknown = rows[rows["pairs"] == 0]
    rows = rows[rows["pairs"] > 0].sort_values("p", kind="stable")
    moved = rows[rows["changed"] > 0]
    for row in moved.head(MOST).itertuples():
        yield _effect(found, row)
    if len(moved) > MOST:
        yield f"{variant} has {count(len(moved) - MOST, 'more effect')} in the table."
    still = rows[rows["changed"] == 0]
    if len(still):
        what = listing([quantity_in_words(name) for name in still["quantity"]], 6)
        yield f"{variant} does not change {what} (in no pair of replicas by more than {_percent()})."
    if len(unknown):
        what = listing([quantity_in_words(name) for name in unknown["quantity"]])
        yield f"Of {what}, no pair of replicas is known for {variant}."


def _effect(found: Effects, row: Any) -> str:
    where = f" on average over {count(found.points, 'cell')}" if found.points > 1 else ""
    by_cell = found.by_cell
    cells = by_cell[(by_cell["variant"] == row.variant) & (by_cell["quantity"] == row.quantity)]
    more = "".join(f"; {text}" for text in _apart(found, row, cells)) if found.points > 1 else ""
    what, few = quantity_in_words(row.quantity), row.n < LEAST
    if row.sign:
        return f"{row.variant} {_verb(row.sign)} {what} by {_size(row)}{where}{more}."
    if few:
        of = f"{count(row.n, 'replica')} {'is' if row.n == 1 else 'are'} too few to tell it from chance"
        return f"{row.variant} {_verb(row.difference)} {what} by {_amount(row, abs(row.difference))}{where}, but {of}."
    middle, ends = _amount(row, row.difference), between(_amount(row, row.low), _amount(row, row.high))
    return f"{row.variant} has no clear effect on {what}{where} ({middle}{f'; {ends}' * (ends != middle)}){more}."


def _apart(found: Effects, row: Any, cells: pd.DataFrame) -> Iterator[str]:
    """Where a single cell is clearly different from what holds on average."""
    classes = [("changes nothing", cells["changed"] == 0)]
    classes += [(f"clearly {_verb(way)} it", cells["sign"] == way) for way in (-1, 1) if way != row.sign]
    for verbs, there in classes:
        if there.any() and not there.all():
            yield f"it {verbs} {_places(found, cells, there.to_numpy())}"


def _places(found: Effects, cells: pd.DataFrame, there: Any) -> str:
    """The cells as ranges of the axis, if there is one; else their number."""
    if len(found.axes) == 1:
        (axis,) = found.axes
        texts = _ranges(cells[axis], there) if cells[axis].dtype.kind in "fiu" else None
        if texts is None and there.sum() <= RANGES:
            return f"at {_short(axis)} = {listing([str(value) for value in cells[axis][there]])}"
        if texts is not None and len(texts) <= RANGES:
            return f"at {listing([f'{_short(axis)} {text}' for text in texts])}"
    return f"in {there.sum():,} of {count(len(there), 'cell')}"


def _ranges(values: pd.Series, there: Any) -> list[str]:
    """The runs of neighbouring values: "≤ 0.2", "= 0.5", "from 0.7 to 0.9", "≥ 2"."""
    order = np.argsort(values.to_numpy(float), kind="stable")
    x, flags = values.to_numpy(float)[order], np.asarray(there)[order]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    texts = []
    for start, stop in zip(edges[::2], edges[1::2] - 1, strict=True):
        low, high = number(x[start]), number(x[stop])
        if start == 0 and stop > 0:
            texts.append(f"≤ {high}")
        elif stop == len(x) - 1 and start < stop:
            texts.append(f"≥ {low}")
        else:
            texts.append(f"= {low}" if start == stop else f"from {low} to {high}")
    return texts


def _method(found: Effects) -> str:
    """How it was tested."""
    rows = found.over_all["p"].notna().sum()
    cells = found.by_cell["p"].notna().sum()
    several = f" over all cells, and for {count(int(cells), 'comparison')} of single cells" if found.points > 1 else ""
    return (
        "Differences are paired: replicas of the same number have the same random numbers. Brackets are 95 % intervals "
        "of single differences. A difference is clear if p < 0.05 (paired t-test; McNemar's test for shares) after "
        f"Holm's correction for {count(int(rows), 'comparison')}{several}."
    )


def quantity_in_words(quantity: str) -> str:
    """A collected quantity in words: "critic's objective at the end", "the share of replicas that converged"."""
    kind, _, name = quantity.partition(".")
    words = {
        "verdict": f"the share of replicas that {verb(name)}", "objective": f"{name}'s objective at the end",
        "first_objective": f"{name}'s objective at the start", "base": "the base objective at the end",
        "episodes": f"the number of {name} episodes", "onset": f"the onset of the first {name} episode",
    }
    return words.get(kind, quantity) if name else quantity


def _size(row: Any) -> str:
    """The size of a clear difference, with its interval: "1.2 (0.9–1.5)"."""
    ends = sorted((abs(row.low), abs(row.high)))
    middle, low, high = (_amount(row, value) for value in (abs(row.difference), *ends))
    unit = " percentage points" if row.quantity.startswith(VERDICT) else ""
    return f"{middle}{unit}" if low == middle == high else f"{middle}{unit} ({between(low, high)})"


def _amount(row: Any, value: float) -> str:
    """A difference: of a share, in percentage points."""
    return number(100 * value, 2) if row.quantity.startswith(VERDICT) else number(value)


def _short(axis: str) -> str:
    return axis.removeprefix("params.")


def _verb(way: float) -> str:
    return "raises" if way > 0 else "lowers"


def _percent() -> str:
    return f"{100 * UNCHANGED:g}\u00a0%"
