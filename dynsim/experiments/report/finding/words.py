"""Cells and intervals in words."""

from __future__ import annotations

from ....answers.wording.words import between, number, share
from ...effects.sentences import quantity_in_words
from ..boundary import is_share
from ..tables import Tables

PERCENT = 100


def cell_in_words(tables: Tables, row: int) -> str:
    """Where the cell in this row lies: "at kappa = 0.3, eta = 1 with no_credit"."""
    parts = [f"{axis.name} = {axis.texts[axis.codes[row]]}" for axis in tables.axes if len(axis.levels) > 1]
    where = [f"at {', '.join(parts)}"] if parts else []
    where += [f"with {tables.cells['variant'].iloc[row]}"] if len(tables.variants) > 1 else []
    return " ".join(where)


def interval(low: float, high: float, form: str = "", digits: int = 3) -> str:
    """ "95 % interval 0.1–0.3", in per cent if `form` is "%"."""
    ends = (points(low), points(high)) if form == "%" else (number(low, digits), number(high, digits))
    return f"95\u00a0% interval {between(*ends)}{form and chr(0xA0) + form}"


def points(value: float) -> str:
    """A share as a number of per cent."""
    return number(PERCENT * value)


def value_of(quantity: str, value: float) -> str:
    """A value of a quantity: a share in per cent."""
    return share(value) if is_share(quantity) else number(value)


def opening(text: str) -> str:
    """The text at the beginning of a sentence: an article in upper case, a name as it is."""
    return f"T{text[1:]}" if text.startswith("the ") else text


def what(quantity: str) -> str:
    return quantity_in_words(quantity)
