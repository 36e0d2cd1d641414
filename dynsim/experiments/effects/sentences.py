"""The effects of variants in sentences. Every claim has its number and interval, and stands after a correction for the
number of comparisons."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ...answers.wording.change import UNCHANGED
from ...answers.wording.sign_test import LEVEL
from ...answers.wording.verdicts import verb
from ...answers.wording.words import between, count, listing, number
from ..quantities import is_condition
from .numbers import holm
from .places import places
from .values import VERDICT

LEAST = 6  # replicas: fewer prove nothing by a sign test, and too little about how differences are distributed
MOST = 12  # sentences about single quantities of a variant
WEAK = 0.1  # of the largest clear effect: what is smaller is told as where there is nearly none


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


def _signed(rows: pd.DataFrame) -> pd.DataFrame:
    """A difference is clear if its p-value, corrected for all rows, is below LEVEL, its interval excludes 0, it is more
    than rounding in some pair, and there are LEAST replicas."""
    p = holm(rows["p"].to_numpy(float))
    excludes = (rows["low"] > 0) | (rows["high"] < 0)
    clear = (p < LEVEL) & excludes & (rows["changed"] > 0) & (rows["n"] >= LEAST)
    return rows.assign(sign=np.where(clear, np.sign(rows["difference"]), 0).astype(int))


def sentences(
    table: pd.DataFrame, cells: pd.DataFrame, axes: Sequence[str], unpaired: Collection[str] = ()
) -> list[str]:
    """What the variants change, the clearest effects of every variant first, and how it was tested.

    table: of `effects`. unpaired: the variants whose replicas are independent of the reference's.

    A variant lowers or raises a quantity only where that is clear (the last sentence says how).
    It changes nothing only where no pair of replicas differs by more than 0.1 %.
    """
    found = Effects(table, cells, tuple(axes))
    told = [text for variant in dict.fromkeys(table["variant"]) for text in _variant(found, variant)]
    return [*told, _method(found, unpaired)] if told else []


def interaction_sentences(table: pd.DataFrame) -> list[str]:
    """The clear interactions over all cells, and that there is none if there is none. table: of `interactions`."""
    rows = _signed(table[table["cell"].isna()])
    clear: Any = rows[rows["sign"] != 0].sort_values("p", kind="stable").itertuples()
    told = []
    for row in clear:
        both, way = row.variant.replace(" × ", " and ", 1), "higher" if row.sign > 0 else "lower"
        told.append(
            f"With {both} together, {_what(row.quantity)} is {_size(row)} {way} than their separate effects add up to."
        )
    if told or not len(rows):
        return told
    return [f"No interaction of two variants is clear ({count(len(rows), 'comparison')}, corrected for their number)."]


def _variant(found: Effects, variant: str) -> Iterator[str]:
    rows = found.over_all[found.over_all["variant"] == variant]
    unknown, most = rows[rows["pairs"] == 0], int(rows["pairs"].max())
    rows = rows[rows["pairs"] > 0].sort_values("p", kind="stable")
    moved = rows[rows["changed"] > 0]
    for row in moved.head(MOST).itertuples():
        yield _effect(found, row, most)
    if len(moved) > MOST:
        yield f"{variant} has {count(len(moved) - MOST, 'more effect')} in the table."
    still = rows[rows["changed"] == 0]
    if len(still):
        what = listing([_what(name) for name in still["quantity"]], 6)
        yield f"{variant} does not change {what} (in no pair of replicas by more than {_percent()})."
    if len(unknown):
        what = listing([_what(name) for name in unknown["quantity"]])
        yield f"Of {what}, no pair of replicas is known for {variant}."


def _effect(found: Effects, row: Any, most: int) -> str:
    """most: the largest number of pairs in which any quantity is known."""
    points = found.by_cell
    points = points[(points["variant"] == row.variant) & (points["quantity"] == row.quantity)]
    cells = points[points["pairs"] > 0]
    where = f" on average over {count(len(cells), 'cell')}" * (len(points) > 1)
    where += f" in the {row.pairs:,} of {count(most, 'pair')} of replicas in which it is known" * (row.pairs < most)
    more = "".join(f"; {text}" for text in _apart(found, row, cells)) if len(cells) > 1 else ""
    what, few = _what(row.quantity), row.n < LEAST
    if row.sign:
        return f"{row.variant} {_verb(row.sign)} {what} by {_size(row)}{where}{more}."
    if few:
        of = f"{count(row.n, 'replica')} {'is' if row.n == 1 else 'are'} too few to tell it from chance"
        return f"{row.variant} {_verb(row.difference)} {what} by {_told(row, abs(row.difference))}{where}, but {of}."
    return f"{row.variant} has no clear effect on {what}{where} ({_unclear(row)}){more}."


def _unclear(row: Any) -> str:
    """A difference with its interval: "-0.1; -0.5 to 0.3"."""
    told = _told(row, row.difference)
    if np.isnan([row.low, row.high]).any():
        return f"{told}; too few replicas of each cell for an interval"
    ends = between(_amount(row, row.low), _amount(row, row.high))
    return told if ends == _amount(row, row.difference) else f"{told}; {ends}"


def _apart(found: Effects, row: Any, cells: pd.DataFrame) -> Iterator[str]:
    """Where single cells are clearly different from what holds on average."""
    for way in (-1, 1):
        there = cells["sign"] == way
        if way != row.sign and there.any():
            yield f"it clearly {_verb(way)} it {_where(found, cells, there)}"
    yield from _weak(found, row, cells)


def _weak(found: Effects, row: Any, cells: pd.DataFrame) -> Iterator[str]:
    """Where the effect is WEAK or less of the largest clear one, as the intervals show; else, where no replica differs
    at all, with the effect that the intervals still allow."""
    clear = cells["difference"][cells["sign"] != 0]
    largest = max([abs(row.difference)] * bool(row.sign) + clear.abs().tolist(), default=0.0)
    ends = cells[["low", "high"]].abs().max(axis=1, skipna=False)
    same, weak = cells["changed"] == 0, ends <= WEAK * largest
    there = weak if weak.any() else same & (ends < largest)
    if not there.any() or there.all():
        return
    share, where = _is_share(row), _where(found, cells, there)
    bound = f"no effect larger than {_told(row, ends[there].max())}"
    if not same[there].all():
        yield f"it has {bound} {where} (95 % interval of each cell)"
    elif share:
        yield f"it changes no replica {where} ({bound})"
    else:
        yield f"it changes no replica by more than {_percent()} {where}"


def _where(found: Effects, cells: pd.DataFrame, there: pd.Series) -> str:
    return places(cells, found.axes, there.to_numpy(bool))


def _method(found: Effects, unpaired: Collection[str]) -> str:
    """How it was tested."""
    names = list(dict.fromkeys(found.over_all["variant"]))
    paired, apart = ([name for name in names if (name in unpaired) == away] for away in (False, True))
    what, tests = [], []
    if paired:
        of = f" of {listing(paired)}" * bool(apart)
        what.append(f"Differences{of} are paired: replicas of the same number have the same random numbers.")
        tests.append("paired t-test; McNemar's test for shares")
    if apart:
        what.append(f"Differences of {listing(apart)} are unpaired: replicas are independent of the reference's.")
        tests.append("Welch's t-test; Fisher's exact test for shares")
    rows, cells = (int(part["p"].notna().sum()) for part in (found.over_all, found.by_cell))
    many = (found.by_cell.groupby("variant")["cell"].nunique() > 1).any()
    several = f" over all cells, and for {count(cells, 'comparison')} of single cells" if many else ""
    return (
        f"{' '.join(what)} Brackets are 95 % intervals of single differences. A difference is clear if p < 0.05 "
        f"({'; unpaired: '.join(tests)}) after Holm's correction for {count(rows, 'comparison')}{several}."
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


def _what(quantity: str) -> str:
    return f"the share of replicas with {quantity}" if is_condition(quantity) else quantity_in_words(quantity)


def _is_share(row: Any) -> bool:
    return row.quantity.startswith(VERDICT) or is_condition(row.quantity)


def _size(row: Any) -> str:
    """The size of a clear difference, with its interval: "1.2 (0.9–1.5)"."""
    ends = sorted((abs(row.low), abs(row.high)))
    middle, low, high = (_amount(row, value) for value in (abs(row.difference), *ends))
    told = _told(row, abs(row.difference))
    return told if low == middle == high else f"{told} ({between(low, high)})"


def _told(row: Any, value: float) -> str:
    return _amount(row, value) + " percentage points" * _is_share(row)


def _amount(row: Any, value: float) -> str:
    """A difference: of a share, in percentage points."""
    return number(100 * value, 2) if _is_share(row) else number(value)


def _verb(way: float) -> str:
    return "raises" if way > 0 else "lowers"


def _percent() -> str:
    return f"{100 * UNCHANGED:g}\u00a0%"
