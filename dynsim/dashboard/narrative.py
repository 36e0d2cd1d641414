"""What happened, in sentences: made from the episodes, the most important first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..plots.data import ReportData
from ..plots.episodes import Group, groups
from ..plots.verdicts import details
from ..plots.words import count, listing, number, share

MOST = 12
AGAIN = 1.5  # episodes per replica from which on they are told as recurring
MIXED = 0.5  # the share of the most frequent outcome below which there is none to name

# What the agents a, b did, by kind of episode; {v} are the variables. Other kinds are told by their name.
DEEDS = {
    "conflict": "{a} and {b} fought over {v}",
    "exploitation": "{a} exploited {b} through {v}",
    "deadlock": "{a} and {b} held each other in deadlock over {v}",
    "takeover": "{a} took {v} over from {b}",
}
WORDS = {
    "even": "it ended even", "both gained": "both gained", "both lost": "both lost", "grew": "the swings grew",
    "faded": "the swings faded", "steady": "the swings kept their size",
}


def verdict(data: ReportData) -> str:
    """How the replicas ended: "All 64 replicas converged."."""
    found = data.tables.summary["verdict"].value_counts()
    if data.replicas == 1:
        text = {"converged": "The system converged", "cycling": "The system cycles", "diverged": "The system diverged"}
        first = text.get(str(found.index[0]), "The system did not settle in the recorded time")
    elif len(found) == 1:
        first = f"All {data.replicas:,} replicas: {found.index[0]}"
    else:
        parts = [f"{share(n / data.replicas)} {name}" for name, n in found.items()]
        first = f"Of {data.replicas:,} replicas {listing(parts, 5)}"
    more = details(data.tables.summary, data.clock)
    return f"{first}. {more}".strip()


def sentences(data: ReportData) -> list[str]:
    """At most MOST sentences on what the agents did to each other."""
    return [sentence(group, data) for group in groups(data)[:MOST]]


def sentence(group: Group, data: ReportData) -> str:
    """One kind of episode with the same subject over all replicas, with medians for the times."""
    rows = group.rows
    many = data.replicas > 1
    if group.kind == "divergence":
        return _divergence(group, data)
    text = f"{_deed(group)} {_when(group, data)}"
    if many:
        part = group.replicas / data.replicas
        text += f" in {share(part)} of the replicas" if part < 1 else " in every replica"
    return f"{text}{_outcome(rows)}."


def _deed(group: Group) -> str:
    if group.kind == "oscillation":
        return f"{group.subject} oscillated"
    variables = listing(_variables(group.rows))
    a, _, b = group.subject.partition(", ")
    if group.kind in DEEDS and b:
        return DEEDS[group.kind].format(a=a, b=b, v=variables)
    about = f" over {variables}" if variables != "nothing" else ""
    return f"{group.kind.capitalize()} of {listing(group.subject.split(', '))}{about}"


def _variables(rows: pd.DataFrame) -> list[str]:
    """The variables that come first in most episodes."""
    leading = rows["variables"].astype(str).str.split(", ").str[0]
    found = leading[leading != ""].value_counts()
    return [str(name) for name, n in found.items() if n >= 0.2 * found.iloc[0]]


def _when(group: Group, data: ReportData) -> str:
    rows = group.rows
    each = len(rows) / group.replicas
    unit = data.clock
    per = rows.groupby("replica")
    onset, end = float(per["onset"].min().median()), float(per["end"].max().median())
    open_ended = bool(rows["open"].any()) and float(per["open"].any().mean()) > 0.5
    until = "the end of the record" if open_ended else number(end)
    if each >= AGAIN:
        return f"{number(round(each, 1))} times between {unit} {number(onset)} and {until}"
    return f"from {unit} {number(onset)} to {until}"


def _outcome(rows: pd.DataFrame) -> str:
    """Who came out ahead: the most frequent outcome."""
    found = rows["outcome"].astype(str).value_counts()
    if not len(found) or not found.index[0]:
        return ""
    word = str(found.index[0])
    text = f"{word.removesuffix(' ahead')} came out ahead" if word.endswith(" ahead") else WORDS.get(word, word)
    part = found.iloc[0] / found.sum()
    if part < MIXED:
        return ", with mixed outcomes"
    return f"; {text}" if part == 1.0 else f"; {text} in {share(part)} of the episodes"


def _divergence(group: Group, data: ReportData) -> str:
    rows = group.rows
    at = number(float(np.median(rows["end"].to_numpy(float))))
    movers = str(rows["agents"].iloc[0])
    who = f", moved by {listing(movers.split(', '))}," if movers else ""
    part = "" if data.replicas == 1 else f" in {share(group.replicas / data.replicas)} of the replicas"
    median = " (median)" if len(rows) > 1 else ""
    return f"{group.subject}{who} ran away and left the finite numbers at {data.clock} {at}{median}{part}."


def facts(data: ReportData) -> str:
    """The run in one line."""
    parts = [
        count(len(data.agents), "agent"), count(len(data.trajectories), "variable"), count(data.replicas, "replica"),
        count(data.ticks, "recorded tick"),
    ]
    if data.varied:
        parts.append(f"varied: {listing(data.varied)}")
    return " · ".join(parts)
