"""How the replicas ended, and where along the axes."""

from __future__ import annotations

import numpy as np

from ....answers.wording.verdicts import verb
from ....answers.wording.words import count, listing, share
from ..axes import Drawn
from ..quantities import VERDICT
from ..tables import Tables

STRETCHES = 5  # the most that are listed


def how_it_ended(tables: Tables) -> list[str]:
    """The most common verdict of the cells; along a single axis, its stretches. Then the share of each over all
    replicas."""
    if not tables.verdicts or not tables.cells["replicas"].any():
        return []
    along = _along(tables)
    return [*(along or _counts(tables)), _shares(tables)]


def _counts(tables: Tables) -> list[str]:
    """ "The most common verdict is converged in 61 cells and cycling in 60"."""
    amounts = np.bincount(tables.commonest[tables.commonest >= 0], minlength=len(tables.verdicts))
    if amounts.sum() < 2:
        return []
    order = [k for k in np.argsort(-amounts, kind="stable") if amounts[k]]
    if len(order) == 1:
        return [f"In every cell that finished, {tables.verdicts[order[0]]} is the most common verdict."]
    first, *others = order
    parts = [f"{tables.verdicts[first]} in {count(int(amounts[first]), 'cell')}"]
    parts += [f"{tables.verdicts[k]} in {amounts[k]:,}" for k in others]
    return [f"The most common verdict is {listing(parts, 9)}."]


def _along(tables: Tables) -> list[str]:
    """Of a single axis with numbers: "kappa from 0 to 0.4: converged; from 0.5 to 1: cycling", for each variant."""
    if len(tables.numeric) != 1 or tables.categories:
        return []
    (axis,) = tables.numeric
    found = []
    for name in tables.variants:
        rows = np.flatnonzero((tables.cells["variant"] == name).to_numpy() & (tables.commonest >= 0))
        rows = rows[np.argsort(axis.codes[rows], kind="stable")]
        if len(rows) < 2:
            return []
        parts = _stretches(tables, axis, rows)
        if len(parts) > STRETCHES:
            return []
        with_variant = f" with {name}" if len(tables.variants) > 1 else ""
        finished = " of the cells that finished" if tables.failed.any() else ""
        found.append(f"The most common verdict{finished}{with_variant} is {'; '.join(parts)}.")
    return found


def _stretches(tables: Tables, axis: Drawn, rows: np.ndarray) -> list[str]:
    verdicts = tables.commonest[rows]
    starts = np.flatnonzero(np.diff(verdicts, prepend=-2))
    ends = [*(starts[1:] - 1), len(rows) - 1]
    parts = []
    for start, end in zip(starts, ends, strict=True):
        low, high = (axis.texts[axis.codes[rows[k]]] for k in (start, end))
        where = f"at {axis.name} = {low}" if low == high else f"from {axis.name} = {low} to {high}"
        parts.append(f"{tables.verdicts[verdicts[start]]} {where}")
    return parts


def _shares(tables: Tables) -> str:
    """ "Of all replicas, 61 % converged and 39 % cycled"; where cells have unequal numbers of replicas, cells count
    equally."""
    equally = tables.experiment.until is not None
    weights = ~tables.failed if equally else tables.cells["replicas"].to_numpy(float)
    shares = [
        (float((np.nan_to_num(tables.cells[VERDICT + name].to_numpy(float)) * weights).sum() / weights.sum()), name)
        for name in tables.verdicts
    ]
    if len(shares) == 1 and shares[0][0] > 1 - 1e-9:
        return f"All replicas ended alike: they {verb(shares[0][1])}."
    parts = [f"{share(part)} {verb(name)}" for part, name in sorted(shares, reverse=True)]
    of = "On average over the cells" if equally else f"Of the {int(weights.sum()):,} replicas of all cells"
    return f"{of}, {listing(parts, 9)}."
