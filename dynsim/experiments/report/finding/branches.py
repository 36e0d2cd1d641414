"""Where branches change, and whether the way matters."""

from __future__ import annotations

from ....answers.wording.words import between, count, number
from ...design.continuation import Continuation
from ..branches import WAYS, Branches, Changes, branches_of, located
from ..tables import Tables


def where_branches_change(tables: Tables) -> list[str]:
    """For each variant: every change on both ways with its interval, the hysteresis, and what has not settled."""
    found = []
    for branches in branches_of(tables):
        told = [text for way in WAYS for text in _on_the_way(branches, way)]
        told += _hysteresis(branches) + _restless(branches, tables)
        where = f"with {branches.variant}, " if len(tables.variants) > 1 else ""
        found += [f"{where}{text}." for text in told]
    return [text[0].upper() + text[1:] for text in found]


def _on_the_way(branches: Branches, way: str) -> list[str]:
    changes = [change for change in branches.changes if change.way == way]
    if not changes:
        return [f"going {way}, no jump and no change of the period was found"]
    return [f"going {way}, {_change(change, branches)}" for change in changes]


def _change(change: Changes, branches: Branches) -> str:
    value, low, high = located(change)
    median = "" if branches.replicas == 1 else f"; median of {_some(change.replicas, branches)}"
    return f"{_what(change)} at {branches.axis.name} = {value} ({between(low, high)}{median})"


def _some(replicas: int, branches: Branches) -> str:
    every = count(branches.replicas, "replica")
    return f"all {every}" if replicas == branches.replicas else f"{replicas:,} of {every}"


def _what(change: Changes) -> str:
    match change.kind:
        case "jump":
            return "the state jumps to another attractor"
        case "divergence":
            return "the state leaves the finite numbers"
        case "failure":
            return "the first cell fails"
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


def _hysteresis(branches: Branches) -> list[str]:
    """From where to where the way matters, and at how many of the values between."""
    if not len(branches.loop):
        return []
    path = branches.axis.path
    low, high = branches.loop[f"{path}.low"].min(), branches.loop[f"{path}.high"].max()
    up = branches.branch[(branches.branch["way"] == "up") & branches.branch["replica"].isin(branches.loop["replica"])]
    inside = up[up[path].between(low, high)]
    some = "" if branches.replicas == 1 else f" in {_some(len(branches.loop), branches)}"
    told = f"the way matters between {branches.axis.name} = {number(low, 4)} and {number(high, 4)}{some}"
    if len(inside):
        apart = f"{int(inside['apart'].sum()):,} of the {count(len(inside), 'state')} followed there"
        told += f": up and down end on different attractors in {apart}"
    return [told]


def _restless(branches: Branches, tables: Tables) -> list[str]:
    ends = [f"{name}.low" for name in branches.variables]
    finite = branches.branch[branches.branch[ends].notna().any(axis=1)]
    restless = int((~finite["settled"].astype(bool)).sum())
    if not restless:
        return []
    design = tables.experiment.design
    runs = count(design.patience, "run") if isinstance(design, Continuation) else "the last run"
    return [f"{restless:,} of {count(len(finite), 'state')} had not settled after {runs}"]
