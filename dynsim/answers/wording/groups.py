"""Groups of episodes of the same kind with the same subject: each is one sentence, and one row of the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ...analysis.conflict_log.tables import Tables

ENDS = ("divergence", "runaway")  # kinds that say how a replica ended: the answer `verdict` reports them
OF_VARIABLES = ("oscillation", *ENDS)  # kinds that happen to a variable
SYMMETRIC = ("conflict", "deadlock")  # kinds in which the order of the agents means nothing


@dataclass(frozen=True)
class Group:
    """All episodes of one kind with the same subject: the agents, or a variable. importance: the share of replicas in
    which they happen, times their mean intensity, times the share of the record that they fill there (at least a
    tenth)."""

    kind: str
    subject: str
    rows: pd.DataFrame
    replicas: int
    importance: float


def groups(tables: Tables, agents: Sequence[str], replicas: int) -> list[Group]:
    """The episodes by kind and subject, the most important first."""
    episodes = tables.episodes
    if not len(episodes):
        return []
    low, high = span(tables)
    found = []
    keys = [episodes["kind"], _subjects(episodes, agents)]
    for (kind, subject), rows in episodes.groupby(keys, observed=True, sort=True):
        there = rows["replica"].nunique()
        filled = float((rows["end"] - rows["onset"]).sum()) / (high - low) / there
        strength = float(rows["intensity"].mean()) * (0.1 + 0.9 * min(max(filled, 0.0), 1.0))
        weight = 1.0 if kind in ENDS else strength
        found.append(Group(str(kind), str(subject), rows, there, there / replicas * weight))
    return sorted(found, key=lambda group: -group.importance)


def span(tables: Tables) -> tuple[float, float]:
    """The first and the last time of the record and of the episodes, which may reach beyond its last tick."""
    ends = tables.episodes[["onset", "end"]].to_numpy(float)
    t = tables.objectives["t"].to_numpy(float) if len(tables.objectives) else ends
    low, high = float(min(ends.min(), t.min())), float(max(ends.max(), t.max()))
    return low, high if high > low else low + 1.0


def _subjects(episodes: pd.DataFrame, agents: Sequence[str]) -> pd.Series:
    """The subject of every episode: its variable, or its agents, in the order of the system if their order has no
    meaning."""
    names = episodes["agents"].astype(str)
    place = {name: k for k, name in enumerate(agents)}
    listed = {
        name: ", ".join(sorted(name.split(", "), key=lambda agent: place.get(agent, len(place))))
        for name in names.unique()
    }
    found = names.where(~episodes["kind"].isin(SYMMETRIC), names.map(listed))
    return found.where(~episodes["kind"].isin(OF_VARIABLES), episodes["variables"].astype(str))
