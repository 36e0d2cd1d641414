"""Where branches change, and whether the way matters."""

from __future__ import annotations

from ....answers.wording.words import between, count, number, share
from ..branches import WAYS, Branches, Changes, branches_of, told_apart
from ..tables import Tables


def where_branches_change(tables: Tables) -> list[str]:
    """For each variant: every change on both ways with its interval, the hysteresis, and what has not settled."""
    found = []
    for branches in branches_of(tables):
        where = f"With {branches.variant}, going" if len(tables.variants) > 1 else "Going"
        for way in WAYS:
            changes = [change for change in branches.changes if change.way == way]
            found += [f"{where} {way}, {_change(change, branches)}." for change in changes]
            if not changes:
                found.append(f"{where} {way}, there is no jump, and the period stays the same.")
        found += [f"{text}{f' with {branches.variant}' if len(tables.variants) > 1 else ''}." for text in _rest(branches)]
    return found


def _change(change: Changes, branches: Branches) -> str:
    low, high = told_apart(change.low, change.high)
    where = f"{branches.axis.name} = {_middle(change)} ({between(low, high)})"
    some = "" if change.replicas == branches.replicas == 1 else \
        f" (of {change.replicas:,} of {count(branches.replicas, 'replica')}; the value is the median)"
    return f"{_what(change)} at {where}{some}"


def _middle(change: Changes) -> str:
    """The value with as many digits as its interval allows, at least three."""
    width = max((change.high - change.low) / 2.0, abs(change.value) * 1e-8)
    for digits in range(3, 9):
        text = number(change.value, digits)
        if abs(float(text.replace(",", "")) - change.value) <= width:
            break
    return text


def _what(change: Changes) -> str:
    match change.kind:
        case "jump":
            return "the state jumps to another attractor"
        case "divergence":
            return "the state leaves the finite numbers"
        case "return":
            return "the state is finite again"
        case "period doubling" if change.before < change.after:
            return f"the period doubles from {change.before} to {change.after}"
        case "period doubling":
            return f"the period halves from {change.before} to {change.after}"
        case "oscillation" if change.before == 1:
            return "rest gives way to a motion that repeats after no whole number of records"
        case "oscillation":
            return "a motion that repeats after no whole number of records comes to rest"
    return f"the motion changes from {_period(change.before)} to {_period(change.after)}"


def _period(period: int) -> str:
    return "rest" if period == 1 else f"a period of {count(period, 'record')}" if period else "no period"


def _rest(branches: Branches) -> list[str]:
    """How far the way matters, and how many states have not settled."""
    path, found = branches.axis.path, []
    if len(branches.loop):
        low, high = branches.loop[f"{path}.low"].min(), branches.loop[f"{path}.high"].max()
        inside = branches.branch[branches.branch[path].between(low, high) & (branches.branch["way"] == "up")]
        some = "" if branches.replicas == 1 else f" for {len(branches.loop)} of {count(branches.replicas, 'replica')}"
        ends = f"{branches.axis.name} = {number(low, 4)} and {number(high, 4)}"
        told = f"Between {ends}, the way matters{some}"
        if len(inside):
            told += f": of the states followed there, {share(inside['apart'].mean())} end on another attractor going " \
                "down than going up"
        found.append(told)
    finite = branches.branch[branches.branch[[f"{name}.low" for name in branches.variables]].notna().any(axis=1)]
    restless = int((~finite["settled"].astype(bool)).sum())
    if restless:
        found.append(f"Of {count(len(finite), 'state')} that were followed, {restless:,} had not settled after the last run")
    return found
