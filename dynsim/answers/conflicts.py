"""What the agents did to each other."""

from __future__ import annotations

import pandas as pd

from .findings import Findings
from .groups import ENDS, Group, groups
from .registry import answer
from .sweep import only_within
from .words import count, listing, moment, number, share, spread

MOST = 12
AGAIN = 1.5  # episodes per replica from which on they are told as recurring
MIXED = 0.5  # the share of the most frequent outcome below which the second one is told as well
RARE = 0.01  # the share of replicas below which a kind of episode is not told
LEADING = 0.2  # of how often the first variable leads: a variable that leads less often is not named

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


@answer("conflicts", order=20, heading="What they did to each other")
def conflicts(found: Findings) -> list[str]:
    """Who fought, exploited or blocked whom, over what, when, where, how hard, and who came out ahead.

    The episodes of one kind between the same agents are told together: the share of replicas that they happen in, from
    the first onset there to the last end, the largest signal as intensity. First what happens in most replicas, most
    strongly, for longest.
    """
    every = [one for one in groups(found.tables, found.agents, found.replicas) if one.kind not in ENDS]
    worth = [one for one in every if one.replicas >= RARE * found.replicas][:MOST]
    left = len(every) - len(worth)
    if not every:
        return ["No episode of conflict was found."] if len(found.agents) > 1 else []
    told = [_sentence(group, found) for group in worth]
    if left:
        told.append(f"Not told: {count(left, 'kind')} of episode, rarer than 1\u00a0% or less important.")
    return told


def _sentence(group: Group, found: Findings) -> str:
    """One kind of episode with the same subject over all replicas."""
    return f"{_deed(group)} {_when(group, found)}, intensity {spread(group.rows['intensity'])}{_outcome(group.rows)}."


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
    return [str(name) for name, n in found.items() if n >= LEADING * found.iloc[0]]


def _when(group: Group, found: Findings) -> str:
    """From the first onset in a replica to the last end there, and in which replicas."""
    per = group.rows.groupby("replica")
    onset, end = (spread(times, moment) for times in (per["onset"].min(), per["end"].max()))
    each, lasting = len(group.rows) / group.replicas, float(per["open"].any().mean())
    again = each >= AGAIN
    start, rest = f"{found.clock} {onset}", ""
    if 0.5 < lasting < 1:
        when, rest = f"from {start} on", f", to the end of the record in {share(lasting)} of them"
    else:
        until = "the end of the record" if lasting == 1 else end
        when = f"between {start} and {until}" if again else f"from {start} to {until}"
    return f"{f'{number(each)} times ' if again else ''}{when}{_where(group, found)}{rest}"


def _where(group: Group, found: Findings) -> str:
    if found.replicas == 1:
        return ""
    part = group.replicas / found.replicas
    where = only_within(found, group.rows["replica"].unique())
    return f" in {share(part)} of the replicas{where and f' ({where})'}" if part < 1 else " in every replica"


def _outcome(rows: pd.DataFrame) -> str:
    """Who came out ahead: the most frequent outcome, and the second where that is no majority."""
    found = rows["outcome"].astype(str).value_counts()
    if not len(found) or not found.index[0]:
        return ""
    first, part = _told(str(found.index[0])), found.iloc[0] / len(rows)
    if part == 1.0:
        return f"; {first}"
    if part > MIXED or len(found) == 1:
        return f"; {first} in {share(part)} of the episodes"
    second = f"{_told(str(found.index[1]))} in {share(found.iloc[1] / len(rows))}"
    return f"; mixed outcomes: {first} in {share(part)} of the episodes, {second}"


def _told(outcome: str) -> str:
    ahead = f"{outcome.removesuffix(' ahead')} came out ahead"
    return ahead if outcome.endswith(" ahead") else WORDS.get(outcome, outcome)
