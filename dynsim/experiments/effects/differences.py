"""What the variants of an experiment change: paired differences of everything collected against the reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from ...answers.wording.change import UNCHANGED
from ...arrays import Floats
from ..model import Variant
from .paired import mean_differences, share_differences

KEYS = ("cell", "replica", "verdict")
COLUMNS = ["cell", "variant", "quantity", "reference", "difference", "low", "high", "n", "pairs", "changed", "p"]


@dataclass(frozen=True)
class Values:
    """Everything collected, by variant and point: cells of all variants that have the same values of the axes are one
    point.

    cells: variant → (P,), the number of its cell at every point, −1 where there is none. numbers: (variant, quantity) →
    (P, R), NaN where unknown. verdicts: variant → (P, R), "" where unknown.
    """

    variants: tuple[str, ...]
    quantities: tuple[str, ...]
    cells: Mapping[str, Any]
    numbers: Mapping[tuple[str, str], Floats]
    verdicts: Mapping[str, Any]

    @property
    def verdict_names(self) -> list[str]:
        return sorted({name for values in self.verdicts.values() for name in np.unique(values)} - {""})

    def shares(self, variant: str, verdict: str) -> Floats:
        """(P, R): 1 where replicas end so, 0 where they do not, NaN where it is unknown."""
        values = self.verdicts[variant]
        return np.where(values == "", np.nan, (values == verdict).astype(float))


def values_of(cells: pd.DataFrame, replicas: pd.DataFrame, axes: Sequence[str]) -> Values:
    """cells: columns cell, variant and the axes. replicas: columns cell, replica, verdict, and a number for everything
    collected."""
    # The text of a value, because a part of the structure may be a list; points can come twice in a sampled design.
    key = cells[list(axes)].astype(str).agg("\0".join, axis=1) if axes else pd.Series("", index=cells.index)
    turn = cells.groupby([cells["variant"], key]).cumcount()
    point = pd.factorize(key + "\0" + turn.astype(str))[0]
    names = tuple(dict.fromkeys(cells["variant"]))
    quantities = tuple(str(name) for name in replicas if name not in KEYS and replicas[name].dtype.kind in "fiub")
    shape = (point.max(initial=-1) + 1, int(replicas["replica"].max()) + 1 if len(replicas) else 0)
    numbers, verdicts, places = {}, {}, {}
    for name in names:
        mine = (cells["variant"] == name).to_numpy()
        places[name] = np.full(shape[0], -1)
        places[name][point[mine]] = cells["cell"][mine]
        own = replicas[replicas["cell"].isin(cells["cell"][mine])]
        point_of = pd.Series(point[mine], index=cells["cell"][mine])
        at = point_of.reindex(own["cell"]).to_numpy(), own["replica"].to_numpy()
        for quantity in quantities:
            numbers[name, quantity] = np.full(shape, np.nan)
            numbers[name, quantity][at] = own[quantity].to_numpy(float)
        if "verdict" in replicas:
            verdicts[name] = np.full(shape, "", dtype=object)
            verdicts[name][at] = own["verdict"].fillna("").to_numpy(object)
    return Values(names, quantities, places, numbers, verdicts)


def effects(values: Values) -> pd.DataFrame:
    """The effect of every variant on every quantity: the paired difference from the reference, which is the first
    variant. A row per variant, quantity and cell, and one over all cells, whose `cell` is missing.

    Columns: cell (the variant's), variant, quantity (`verdict.NAME` for the share of replicas that end so), reference
    (the mean there), difference (mean of variant − reference), low and high (95 %), n (replicas), pairs (known pairs of
    replicas), changed (the share of them in which the difference is more than 0.1 % of the larger value), p.

    Numbers have Student's interval and the paired t-test, shares Newcombe's interval and McNemar's test (paired.py).
    Over all cells, a replica counts with its mean over the cells in which it is known: it has the same random numbers
    in all cells, so that cells are not independent of each other, but replicas are. The cells are taken as given: the
    interval is for the mean over just these. No p is adjusted for the number of comparisons.
    """
    reference, *others = values.variants
    tables = [table for variant in others for table in _effects_of(values, reference, variant)]
    return _joined(tables)


def _effects_of(values: Values, reference: str, variant: str) -> Iterator[pd.DataFrame]:
    numbers = ((name, values.numbers[reference, name], values.numbers[variant, name]) for name in values.quantities)
    for name, ref, var in numbers:
        found = mean_differences(_each_and_all(var - ref))
        yield _table(values.cells[variant], variant, name, ref, var, found)
    for verdict in values.verdict_names:
        ref, var = values.shares(reference, verdict), values.shares(variant, verdict)
        each, every = share_differences(ref[:, None], var[:, None]), share_differences(ref[None], var[None])
        found = pd.concat([each, every], ignore_index=True)
        yield _table(values.cells[variant], variant, f"verdict.{verdict}", ref, var, found)


def interactions(values: Values, variants: Sequence[Variant]) -> pd.DataFrame:
    """How far the effects of two variants do not add: with both changes together as a variant of its own, the paired
    difference of differences (both − second) − (first − reference), in the columns of `effects`; `variant` is "first ×
    second". Only of numbers: the share of a verdict cannot add beyond 1.

    A pair counts if their changes concern different paths and a third variant makes exactly the changes of both.
    """
    reference = variants[0].name
    tables = []
    for first, second, both in factorial(variants):
        for name in values.quantities:
            ref, one, two, all_ = (values.numbers[which, name] for which in (reference, first, second, both))
            found = mean_differences(_each_and_all(all_ - two - one + ref))
            tables.append(_table(values.cells[both], f"{first} × {second}", name, one + two - ref, all_, found))
    return _joined(tables)


def factorial(variants: Sequence[Variant]) -> list[tuple[str, str, str]]:
    """(first, second, both): variants of which the third makes the changes of the first two."""
    reference = _changes(variants[0])
    changed = {variant.name: _beyond(_changes(variant), reference) for variant in variants[1:]}
    found = []
    for (first, a), (second, b) in combinations(changed.items(), 2):
        together = {**a, **b}
        if a and b and not a.keys() & b.keys():
            found += [(first, second, name) for name, changes in changed.items() if changes == together]
    return found


def _changes(variant: Variant) -> dict[tuple[str, str], Any]:
    """What it does to each path. A path may be taken out and set anew."""
    return {**{("remove", path): True for path in variant.remove}, **{("set", p): v for p, v in variant.set.items()}}


def _beyond(changes: Mapping[Any, Any], reference: Mapping[Any, Any]) -> dict[Any, Any]:
    """The changes that the reference does not make, and None for those that only the reference makes."""
    own = {key: value for key, value in changes.items() if key not in reference or reference[key] != value}
    return own | {key: None for key in reference if key not in changes}


def _each_and_all(differences: Floats) -> Floats:
    """The rows (P, R), and below them every replica's mean over its known rows: (P + 1, R)."""
    known = np.isfinite(differences)
    with np.errstate(invalid="ignore"):
        every = np.where(known, differences, 0.0).sum(axis=0) / known.sum(axis=0)
    return np.concatenate([differences, every[None]])


def _table(cells: Any, variant: str, name: str, ref: Floats, var: Floats, found: pd.DataFrame) -> pd.DataFrame:
    """The rows of one variant and quantity, without points at which it has no cell."""
    known = np.isfinite(ref) & np.isfinite(var)
    other = known & (np.abs(var - ref) > UNCHANGED * np.maximum(np.abs(ref), np.abs(var)))
    pairs = np.append(known.sum(axis=1), known.sum())
    rows = _each_and_all(np.where(known, ref, np.nan))
    with np.errstate(invalid="ignore"):
        means = np.where(np.isfinite(rows), rows, 0.0).sum(axis=1) / np.isfinite(rows).sum(axis=1)
        changed = np.append(other.sum(axis=1), other.sum()) / pairs
    number = pd.array(np.append(cells, -1), dtype="Int64")
    number[-1] = pd.NA
    table = found.assign(cell=number, variant=variant, quantity=name, reference=means, pairs=pairs, changed=changed)
    return table[np.append(cells >= 0, True)]


def _joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not tables:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(tables, ignore_index=True)[COLUMNS]
