"""How what came of a run depends on the parameters that vary in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .by_cell import FEW
from .findings import Findings, Floats
from .registry import answer
from .sweep import LEAST, STRONG, stretches
from .verdict import VERBS
from .words import listing, number, share, told_cell

MOST = 6
DEPENDS = 0.5  # the share of the variance of ranks that lies between cells, from which on a dependence is told


@dataclass(frozen=True)
class Dependence:
    """Of one quantity. medians: of the cells. axes: Spearman's (1904) rank correlation with one parameter of each axis.
    between: the share of the variance of its ranks that lies between cells (ε²: Kelley 1935), adjusted for their
    number; NaN where they have no two replicas on average."""

    what: str
    medians: Floats
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
    told = sorted((one for one in every if one.told), key=lambda one: -round(one.strength, 2))[:MOST]
    names = listing([group[0] for group in found.cells.axes])
    if not told and every:
        return [*ends, f"Neither an objective nor the final state depends clearly on {names}."]
    return [*ends, *(_sentence(found, one) for one in told)]


def _ends(found: Findings) -> list[str]:
    """The shares of the replicas of a cell with each verdict, unless one axis tells it all."""
    verdicts, cells = found.tables.summary["verdict"].astype(str), found.cells
    if stretches(found, verdicts):
        return []
    told, names = [], listing([group[0] for group in cells.axes])
    for name in verdicts.value_counts().index:
        shares = (verdicts == name).groupby(cells.member).mean().to_numpy(float)
        if shares.min() < shares.max():
            ends = (int(shares.argmin()), int(shares.argmax()))
            low, high = (f"{share(shares[c])} (at {told_cell(cells, c)})" for c in ends)
            told.append(f"Depending on {names}, between {low} and {high} of the replicas {VERBS.get(name, name)}.")
    return told


def _quantities(found: Findings) -> Iterator[tuple[str, Floats]]:
    """Words and values, (R,), of what does not stay the same."""
    summary = found.tables.summary
    columns = {f"objective.{agent}": f"{agent}'s objective at the end" for agent in found.agents}
    columns |= {"base.last": "the base objective at the end"}
    columns |= {f"label_fidelity.{agent}": f"{agent}'s label fidelity" for agent in found.agents}
    columns |= {slot.name: f"{slot.name} at the end" for slot in found.study.observables.slots}
    for column, what in columns.items():
        if column in summary:
            values = np.where(found.stayed, summary[column].to_numpy(float), np.nan)
            known = values[np.isfinite(values)]
            if len(known) >= LEAST and np.ptp(known) > 1e-9 * np.abs(known).max():
                yield what, values


def _dependence(found: Findings, what: str, values: Floats) -> Dependence:
    cells, known = found.cells, np.isfinite(values)
    ranks = pd.Series(np.where(known, values, np.nan)).rank()
    by = ranks.groupby(cells.member)
    groups, total = int(by.count().gt(0).sum()), float(ranks.var(ddof=0)) * known.sum()
    within = float((by.var(ddof=0) * by.count()).sum())
    free = int(known.sum()) - groups
    between = 1.0 - within / total * (known.sum() - 1) / free if free >= groups else float("nan")
    axes = {}
    for group in cells.axes:
        own = pd.Series(np.where(known, found.parameters[group[0]], np.nan)).rank()
        axes[group[0]] = float(ranks.corr(own)) if own.nunique() > 1 else 0.0
    medians = pd.Series(values).groupby(cells.member).median().reindex(range(cells.count)).to_numpy(float)
    return Dependence(what, medians, axes, between)


def _sentence(found: Findings, one: Dependence) -> str:
    """ "critic's objective at the end rises with k (rank correlation 0.95): 0.1 at k = 0, 3 at k = 1." """
    cells, there = found.cells, np.flatnonzero(np.isfinite(one.medians))
    steady = [f"{'rises' if rank > 0 else 'falls'} with {name} (rank correlation {rank:.2f})"
              for name, rank in one.steady.items()]
    ordered = there[np.argsort(one.medians[there], kind="stable")]
    ends = (there[0], there[-1]) if steady and len(cells.axes) == 1 else (ordered[0], ordered[-1])
    first, last = (f"{number(float(one.medians[c]))} at {told_cell(cells, int(c))}" for c in ends)
    what = f"{one.what[:1].upper()}{one.what[1:]}" if one.what.startswith("the ") else one.what
    if steady:
        return f"{what} {listing(steady)}: {first}, {last}."
    names = listing([group[0] for group in cells.axes])
    return f"{what} depends on {names} and neither rises nor falls throughout: lowest, {first}; highest, {last}."
