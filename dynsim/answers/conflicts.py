"""What the agents did to each other."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..analysis.reading.moves import NORMALISED
from .base import CONFLICT, answer
from .wording.findings import Findings
from .wording.groups import ENDS, Group, groups
from .wording.sign_test import LEVEL, sign_test
from .wording.sweep import in_which
from .wording.typical import typical
from .wording.words import listing, moment, number, share

MOST = 12  # sentences
AGAIN = 1.5  # the least number of episodes per replica that counts as recurring
MAJORITY = 0.5  # if the most frequent outcome has a smaller share, the sentence names the second one as well
RARE = 0.01  # a kind of episode in a smaller share of replicas is omitted
LEADING = 0.2  # a variable that leads less often than this, relative to the first one, is not named

# What the agents a and b did, by kind of episode; {v} stands for the variables. {over} and {through} stand for
# " over {v}" and " through {v}", and for no text where no variables are known. Other kinds go by their name.
DEEDS = {
    "conflict": "{a} and {b} fought{over}",
    "exploitation": "{a} exploited {b}{through}",
    "deadlock": "{a} and {b} deadlocked{over}",
    "takeover": "{a} took {v} over from {b}",
}
# An exploitation in which a does not clearly come out ahead.
ONE_SIDED = "{a} harmed {b}{through} and was helped by it"
WORDS = {
    "even": "neither gained nor lost", "both gained": "both gained", "both lost": "both lost",
    "grew": "the swings grew", "faded": "the swings faded", "steady": "the swings kept their size",
}


@answer(
    "conflicts", section=CONFLICT, order=10, heading="What they did to each other", of="few cells", needs=NORMALISED,
)
def conflicts(found: Findings) -> list[str]:
    """Which agents fought, exploited or blocked each other, over which variables, when, and who came out ahead.

    One sentence describes all episodes of one kind between the same agents: the share of replicas in which they happen,
    and the time from the first onset to the last end there. Sentences are ordered by share of replicas, intensity and
    duration. An agent that harms another and is helped by it is said to exploit it only if it also comes out ahead:
    this must be the most frequent outcome and, if replicas are independent samples, pass the sign test over the
    replicas in which either agent comes out ahead more often (p < 0.05).
    """
    every = [one for one in groups(found.tables, found.agents, found.replicas) if one.kind not in ENDS]
    if not every:
        return ["No episode of conflict was found."] if len(found.agents) > 1 else []
    frequent = [one for one in every if one.replicas >= RARE * found.replicas]
    told = [_sentence(group, found) for group in frequent[:MOST]]
    rare, less = len(every) - len(frequent), len(frequent) - len(frequent[:MOST])
    if rare:
        told.append(f"{_kinds(rare)} omitted (seen in under 1\u00a0% of replicas).")
    if less:
        told.append(f"{_kinds(less)} omitted (less important).")
    return told


def _kinds(amount: int) -> str:
    return "One kind of episode is" if amount == 1 else f"{amount:,} kinds of episode are"


def _sentence(group: Group, found: Findings) -> str:
    """The sentence about one kind of episode with one subject, over all replicas."""
    prefix = in_which(found, group.rows["replica"].unique())
    deed, when = _deed(group, found), _when(group, found)
    if deed.endswith(" it") and when.startswith(" "):
        deed += ","
    text = f"{prefix}{deed}{when}."
    outcome = "" if found.varies else _outcome(group.rows)
    named = not prefix and (group.kind in DEEDS or group.kind == "oscillation")  # a name keeps its case
    return f"{text if named else text[0].upper() + text[1:]}{outcome}"


def _deed(group: Group, found: Findings) -> str:
    if group.kind == "oscillation":
        return f"{group.subject} oscillated"
    names = _variables(group.rows)
    variables = listing(names)
    over, through = (f" {word} {variables}" if names else "" for word in ("over", "through"))
    a, _, b = group.subject.partition(", ")
    if group.kind in DEEDS and b:
        exploited = group.kind != "exploitation" or _ahead(group.rows, a, b, found)
        deed = DEEDS[group.kind] if exploited else ONE_SIDED
        return deed.format(a=a, b=b, v=variables, over=over, through=through)
    return f"there was a {group.kind} of {listing(group.subject.split(', '))}{over}"


def _ahead(rows: pd.DataFrame, a: str, b: str, found: Findings) -> bool:
    """Whether "a ahead" is the most frequent outcome, and clearly more frequent than "b ahead"."""
    outcome = rows["outcome"].astype(str)
    counts = outcome.value_counts()
    if counts.get(f"{a} ahead", 0) < counts.max():
        return False
    score = (outcome == f"{a} ahead").astype(int) - (outcome == f"{b} ahead").astype(int)
    by_replica = score.groupby(rows["replica"]).sum()
    more, less = int((by_replica > 0).sum()), int((by_replica < 0).sum())
    if not found.random or found.varies:
        return less == 0
    return more > less and sign_test(more, less) < LEVEL


def _variables(rows: pd.DataFrame) -> list[str]:
    """The variables that most episodes name first."""
    codes, listed = pd.factorize(rows["variables"].astype(str))
    leading = pd.Series(np.array([names.split(", ")[0] for names in listed], dtype=object)[codes])
    found = leading[leading != ""].value_counts()
    return [str(name) for name, n in found.items() if n >= LEADING * found.iloc[0]]


def _when(group: Group, found: Findings) -> str:
    """How often it happens, and when: from the first onset in a replica to the last end there."""
    per = group.rows.groupby("replica")
    first, last = per["onset"].min(), per["end"].max()
    each, lasting = len(group.rows) / group.replicas, float(per["open"].any().mean())
    if found.varies:
        return f" between {found.clock} {moment(first.min())} and {moment(last.max())}"
    onset, end = (typical(found, times, moment) for times in (first, last))
    start = f"{found.clock} {onset}"
    if each >= AGAIN:
        often = f": {number(round(each, 1))} times{' on average' if found.replicas > 1 else ''}, "
        if lasting > 0.5:
            return f"{often}first at {start}, and until the end{_of_them(lasting, group, found)}"
        return f"{often}between {start} and {end}"
    if lasting > 0.5:
        return f" from {start} until the end{_of_them(lasting, group, found)}"
    return f" {'from' if each == 1 else 'between'} {start} {'to' if each == 1 else 'and'} {end}"


def _of_them(part: float, group: Group, found: Findings) -> str:
    """A share of the replicas in which it happens."""
    if part == 1:
        return ""
    return f" in {share(part)}" if group.replicas == found.replicas else f" in {share(part)} of them"


def _outcome(rows: pd.DataFrame) -> str:
    """Who came out ahead: the most frequent outcome, and the second one if the first has no majority."""
    found = rows["outcome"].astype(str).value_counts()
    if not len(found) or not found.index[0]:
        return ""
    first, part = _told(str(found.index[0])), found.iloc[0] / len(rows)
    if part == 1.0:
        return f" {_capital(first)}{' each time' if len(rows) > 1 else ''}."
    text = f" {_capital(first)} in {share(part)} of these episodes"
    if part > MAJORITY or len(found) == 1:
        return f"{text}."
    return f"{text}; {_told(str(found.index[1]))} in {share(found.iloc[1] / len(rows))}."


def _told(outcome: str) -> str:
    ahead = f"{outcome.removesuffix(' ahead')} came out ahead"
    return ahead if outcome.endswith(" ahead") else WORDS.get(outcome, outcome)


def _capital(text: str) -> str:
    """With a capital, unless it begins with the name of an agent."""
    return text if text.endswith(" came out ahead") else text[0].upper() + text[1:]
