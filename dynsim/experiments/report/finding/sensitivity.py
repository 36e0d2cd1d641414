"""Which parameter matters most."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....answers.wording.words import count, listing, number
from ..tables import Tables
from .words import interval, opening, points, what

MOST = 6  # quantities with a sentence


def what_matters(tables: Tables) -> list[str]:
    """For each quantity, the parameter with the largest index in the reference, and those whose intervals overlap with
    its."""
    table = tables.sensitivity
    if table is None or not {"total", "mu_star"} & set(table):
        return []
    index = "total" if "total" in table else "mu_star"
    table = table[table["variant"] == tables.variants[0]]
    known = table[np.isfinite(table[index])]
    groups = list(known.groupby("quantity", sort=False))
    where = f"With {tables.variants[0]}, " if len(tables.variants) > 1 else ""
    found = [_sentence(where, str(quantity), rows, index) for quantity, rows in groups[:MOST]]
    unknown = [name for name in dict.fromkeys(table["quantity"]) if name not in set(known["quantity"])]
    if unknown:
        names, verb = opening(listing([what(str(name)) for name in unknown], 4)), "has" if len(unknown) == 1 else "have"
        found.append(f"{names} {verb} no indices: some cell has no value, or all cells have the same.")
    return found


def _sentence(where: str, quantity: str, rows: pd.DataFrame, index: str) -> str:
    ranked = rows.sort_values(index, ascending=False, kind="stable")
    ordered = ranked.rename(columns=lambda name: str(name).replace(".", "_")).to_dict("records")
    first, rest = ordered[0], ordered[1:]
    name = str(first["parameter"]).removeprefix("params.")
    rivals = [one for one in rest if one[f"{index}_high"] >= first[f"{index}_low"]]
    subject = f"{where}{what(quantity)}" if where else opening(what(quantity))
    text = f"{subject} depends most on {name}: {_size(first, index)}"
    if rivals:
        names = [str(one["parameter"]).removeprefix("params.") for one in rivals]
        text += f"; the interval of {listing(names)} overlaps with this one" if len(names) == 1 else (
            f"; the intervals of {listing(names)} overlap with this one")
    elif len(rest) == 1:
        text += ", more than the other parameter"
    elif rest:
        text += f", more than each of the {count(len(rest), 'other parameter')}"
    return text + "."


def _size(row: dict[Any, Any], index: str) -> str:
    if index == "mu_star":
        return f"a step across its range changes the quantity by {number(row[index])} on average ({_ends(row, index)})"
    part = f"{points(row['total'])}\u00a0% of the variance"
    total = f"with its interactions it accounts for {part} ({_ends(row, 'total')})"
    if "first" not in row:
        return total
    return f"{total}, alone for {points(row['first'])}\u00a0% ({_ends(row, 'first')})"


def _ends(row: dict[Any, Any], index: str) -> str:
    return interval(row[f"{index}_low"], row[f"{index}_high"], "" if index == "mu_star" else "%")
