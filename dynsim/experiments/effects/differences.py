"""What the variants of an experiment change: paired differences of everything collected against the reference."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...arrays import Floats, Integers
from ..model import Variant
from .factorial import factorial
from .pairs import Pairs
from .values import VERDICT, Joined, Values

COLUMNS = ["cell", "variant", "quantity", "reference", "difference", "low", "high", "n", "pairs", "changed", "p"]
DIFFERENCE = (-1, 1)  # of the reference and the variant
INTERACTION = (1, -1, -1, 1)


def effects(values: Values) -> pd.DataFrame:
    """The effect of every variant on every quantity: the paired difference from the reference, which is the first
    variant. A row per variant, quantity and cell, and one over all cells, whose `cell` is missing.

    Columns: cell (the variant's), variant, quantity (`verdict.NAME` for the share of replicas that end so), reference
    (the mean there), difference (mean of variant − reference), low and high (95 %), n (replicas), pairs (known pairs of
    replicas), changed (the share of them in which the difference is more than 0.1 % of the larger value), p.

    Numbers have Student's interval and the paired t-test (numbers.py). A verdict, and whatever else is 0 in some
    replicas and 1 in all others, such as a condition, is a share: it has Newcombe's interval and McNemar's test
    (shares.py). Over all cells, a replica counts with its mean over the cells in which it is known: it has the same
    random numbers in all cells, so that cells are not independent of each other, but replicas are. Where cells have
    unequal numbers of replicas (`until`), only those count that all cells have. The cells are taken as given: the
    interval is for the mean over just these. No p is adjusted for the number of comparisons.
    """
    reference, *others = values.variants
    tables = []
    for variant in others:
        joined = values.joined(reference, variant)
        tables += [_table(values, joined, DIFFERENCE, variant, variant, name) for name in values.quantities]
    return _joined(tables)


def interactions(values: Values, variants: Sequence[Variant]) -> pd.DataFrame:
    """How far the effects of two variants do not add: with both changes together as a variant of its own, the paired
    difference of differences (both − second) − (first − reference), in the columns of `effects`; `variant` is "first ×
    second", `reference` is first + second − reference, what both would have if the effects added up.

    Of shares it is a difference of risk differences, between −2 and 2, with the adjusted Wald interval (shares.py).
    Shares end at 0 and 1, so that effects on them may fail to add for this reason alone.

    A pair counts if their changes concern different paths and a third variant makes exactly the changes of both.
    """
    reference = variants[0].name
    tables = []
    for first, second, both in factorial(variants):
        joined, label = values.joined(reference, first, second, both), f"{first} × {second}"
        tables += [_table(values, joined, INTERACTION, both, label, name) for name in values.quantities]
    return _joined(tables)


def _table(
    values: Values, joined: Joined, signs: tuple[int, ...], variant: str, label: str, quantity: str
) -> pd.DataFrame:
    """The rows of a contrast of variants, the sum of signs × values, for one quantity: one for each point at which the
    variant has a cell, and one over all."""
    column = values.column(quantity)
    parts = column[joined.rows]
    reference = -np.sum([sign * part for sign, part in zip(signs[:-1], parts[:-1], strict=True)], axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        known = np.isfinite(parts[-1] - reference)
    pairs = Pairs(parts[0][known], reference[known], parts[-1][known], joined.point[known], joined.replica[known],
                  values.points, values.common)
    method = Pairs.shares if signs == DIFFERENCE else Pairs.contrasts
    found = method(pairs) if is_share(quantity, column) else pairs.numbers()
    return numbered(found.assign(**pairs.facts()), values.cells[variant], label, quantity)


def numbered(table: pd.DataFrame, cells: Integers, label: str, quantity: str) -> pd.DataFrame:
    """The rows of all points, with the numbers of the cells there, and of all together; without points that have no
    cell."""
    number = pd.array(np.append(cells, -1), dtype="Int64")
    number[-1] = pd.NA
    return table.assign(cell=number, variant=label, quantity=quantity)[np.append(cells >= 0, True)]


def is_share(quantity: str, column: Floats) -> bool:
    """A verdict, or what is 0 in some replicas and 1 in all others: a condition."""
    known = column[np.isfinite(column)]
    return quantity.startswith(VERDICT) or set(np.unique(known)) == {0.0, 1.0}


def _joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not tables:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(tables, ignore_index=True)[COLUMNS]
