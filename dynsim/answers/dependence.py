"""How what came of a run depends on the parameters that vary in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arrays import Floats
from .base import answer
from .verdict import VERBS
from .wording.by_cell import FEW
from .wording.change import UNCHANGED
from .wording.findings import Findings
from .wording.sweep import LEAST, STRONG, only_within, stretches
from .wording.words import DUST, listing, number, share, told_axis, told_cell

MOST = 6
LEAST_PART = 1e-12  # of the largest state variable: what is smaller is rounding
DEPENDS = 0.5  # the share of the variance of ranks that lies between cells, from which on a dependence is told


@dataclass(frozen=True)
class Dependence:
    """Of one quantity. medians: of the cells. ends: by axis, of the replicas with its least and its largest values.
    axes: Spearman's (1904) rank correlation with one parameter of each axis. between: the share of the variance of its
    ranks that lies between cells (ε²: Kelley 1935), adjusted for their number; NaN where they have no two replicas on
    average, 1 where nothing else differs: nothing is drawn."""

    what: str
    medians: Floats
    ends: dict[str, tuple[float, float]]
    axes: dict[str, float]
    between: float

    @property
    def strength(self) -> float:
        return float(np.nanmax([self.between, *(abs(rank) for rank in self.axes.values())], initial=0.0))

    @property
    def steady(self) -> dict[str, float]:
        """The axes along which it rises or falls."""
        return {name: rank for name, rank in self.axes.items() if abs(rank) >= STRONG}

    @property
    def told(self) -> bool:
        return bool(self.steady) or self.between >= DEPENDS


@answer("dependence", order=12, heading="What varies", of="run")
def dependence(found: Findings) -> list[str]:
    """What rises, falls or otherwise depends on the parameters that vary, where they have more values than are told one
    by one: the agents' objectives, the base objective, the label fidelities and the final state.

    First the shares of replicas with each end, by value. Then by ranks over the replicas: from a rank correlation of
    0.7 with a parameter on it rises or falls with it; from half of the variance of ranks between cells on it depends on
    what varies. What depends most comes first.
    """
    if found.cells.count <= FEW or found.replicas < LEAST:
        return []
    ends = _ends(found)
    every = [_dependence(found, what, values) for what, values in _quantities(found)]
    told = sorted((one for one in every if one.told), key=lambda one: -round(one.strength, 2))
    names = listing([group[0] for group in found.cells.axes])
    if not told and every and not (found.alone and dependence_of(found, found.alone)):
        return [*ends, f"Neither an objective nor the final state depends clearly on {names}."]
    return [*ends, *_sentences(found, told)[:MOST]]


def _ends(found: Findings) -> list[str]:
    """The shares of the replicas of a cell with each verdict, unless what is told of the end says where they are."""
    verdicts, cells = found.tables.summary["verdict"].astype(str), found.cells
    _, *rarer = order = verdicts.value_counts().index
    if stretches(found, verdicts) or all(only_within(found, np.flatnonzero(verdicts == name)) for name in rarer):
        return []
    told = []
    for name in order[: min(2, len(order) - 1)]:  # the last is what the others are not
        shares = (verdicts == name).groupby(cells.member).mean().to_numpy(float)
        if shares.min() < shares.max():
            ends = (int(shares.argmin()), int(shares.argmax()))
            low, high = (f"{share(shares[c])} ({told_cell(cells, c)})" for c in ends)
            told.append(f"Between {low} and {high} of replicas {VERBS.get(name, name)}.")
    return told


def _quantities(found: Findings) -> Iterator[tuple[str, Floats]]:
    """Words and values, (R,), of what does not stay the same; but for what the answer `ending` tells."""
    columns = {
        f"objective.{agent}": (f"{agent}'s objective at the end", f"first_objective.{agent}") for agent in found.agents
    }
    columns |= {"base.last": ("the base objective at the end", "base.first")}
    columns |= {f"label_fidelity.{agent}": (f"{agent}'s label fidelity", "") for agent in found.agents}
    slots = [slot.name for slot in found.study.observables.slots if slot.name != found.alone]
    columns |= {name: (f"{name} at the end", "") for name in slots}
    for column, (what, start) in columns.items():
        if column in found.tables.summary:
            values = _values(found, column, start)
            if _differ(values):
                yield what, values


def dependence_of(found: Findings, column: str) -> list[str]:
    """How a column of the summary depends on what varies: a sentence, or none where it hardly does."""
    values = _values(found, column)
    one = _dependence(found, f"{column} at the end", values) if _differ(values) else None
    return _sentences(found, [one]) if one is not None and one.told else []


def _differ(values: Floats) -> bool:
    known = values[np.isfinite(values)]
    return len(known) >= LEAST and bool(np.ptp(known) > UNCHANGED * np.abs(known).max())


def _values(found: Findings, column: str, start: str = "") -> Floats:
    """A column in the replicas that did not diverge, with 0 for what is dust: beside its value at the start, or of a
    state variable beside the largest one of the replica."""
    summary = found.tables.summary
    values = np.where(found.stayed, summary[column].to_numpy(float), np.nan)
    if start:
        return np.where(np.abs(values) < DUST * np.abs(summary[start].to_numpy(float)), 0.0, values)
    slots = [slot.name for slot in found.study.observables.slots if slot.name in summary]
    if column not in slots:
        return values
    largest = np.abs(summary[slots].to_numpy(float)).max(axis=1)
    return np.where(np.abs(values) < LEAST_PART * largest, 0.0, values)


def _dependence(found: Findings, what: str, values: Floats) -> Dependence:
    cells, known = found.cells, np.isfinite(values)
    ranks = pd.Series(np.where(known, values, np.nan)).rank()
    by = ranks.groupby(cells.member)
    groups, total = int(by.count().gt(0).sum()), float(ranks.var(ddof=0)) * known.sum()
    within = float((by.var(ddof=0) * by.count()).sum())
    free = int(known.sum()) - groups
    between = 1.0 - within / total * (known.sum() - 1) / free if free >= groups else float("nan")
    if cells.exact and not found.drawn:  # nothing else can differ
        between = 1.0
    axes = {}
    for group in cells.axes:
        own = pd.Series(np.where(known, found.parameters[group[0]], np.nan)).rank()
        axes[group[0]] = float(ranks.corr(own)) if own.nunique() > 1 else 0.0
    by_cell = pd.Series(values).groupby(cells.member).median().reindex(range(cells.count))
    medians: Floats = np.asarray(by_cell, dtype=float)
    return Dependence(what, medians, {name: _ends_along(found, name, values) for name in axes}, axes, between)


def _ends_along(found: Findings, name: str, values: Floats) -> tuple[float, float]:
    """The medians over the replicas in the first and in the last cells along an axis."""
    middle = found.cells.middle[found.cells.names.index(name)][found.cells.member]
    known = np.isfinite(values)
    first, last = middle[known].min(), middle[known].max()
    return float(np.median(values[known & (middle == first)])), float(np.median(values[known & (middle == last)]))


def _sentences(found: Findings, every: Iterable[Dependence]) -> list[str]:
    """Quantities that depend in the same way, with the same numbers, are told together."""
    alike: dict[str, list[str]] = {}
    for one in every:
        alike.setdefault(_how(found, one), []).append(one.what)
    return [_named(whats, how) for how, whats in alike.items()]


def _named(whats: list[str], how: str) -> str:
    first, *others = whats
    what = f"{first[:1].upper()}{first[1:]}" if first.startswith("the ") else first
    return f"{what} {how}.{f' The same holds for {listing(others)}.' if others else ''}"


def _how(found: Findings, one: Dependence) -> str:
    """ "rises with k (rank correlation 0.95): 0.1 at k = 0, 3 at k = 1" """
    cells = found.cells
    if one.steady:
        ways = [f"{'rises' if rank > 0 else 'falls'} with {name} (rank correlation {rank:.2f})"
                for name, rank in one.steady.items()]
        name = max(one.steady, key=lambda name: abs(one.steady[name]))
        middle = cells.middle[cells.names.index(name)]
        for end in (middle.min(), middle.max()):
            there = one.medians[(middle == end) & np.isfinite(one.medians)]
            if len({number(float(value)) for value in there}) > 1:  # the other parameters count as well
                return f"{listing(ways)}: from {_extremes(found, one)}"
        places = told_axis(cells, name, int(middle.argmin())), told_axis(cells, name, int(middle.argmax()))
        first, last = (f"{number(value)} at {place}" for value, place in zip(one.ends[name], places, strict=True))
        return f"{listing(ways)}: {first}, {last}"
    names = listing([group[0] for group in cells.axes])
    return f"depends on {names}: from {_extremes(found, one)}"


def _extremes(found: Findings, one: Dependence) -> str:
    """ "0.1 (k = 0, m = 2) to 3 (k = 1, m = 0)": the least and the largest median of a cell."""
    there = np.flatnonzero(np.isfinite(one.medians))
    ordered = there[np.argsort(one.medians[there], kind="stable")]
    ends = (int(ordered[0]), int(ordered[-1]))
    low, high = (f"{number(float(one.medians[c]))} ({told_cell(found.cells, c)})" for c in ends)
    return f"{low} to {high}"
