"""Motions that do not end, in words: runaways, drifts, spirals, and what random numbers move."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...algebra.nodes import of_a_rule
from ...analysis.motion.verdicts import DRIFTING, RUNNING_AWAY, SPIRALLING_OUT, UNSETTLED
from .findings import Findings
from .typical import typical
from .words import listing

OWN = 0.1  # how near the size that grows is to a variable's value, if that is what grows
EXPONENTIAL = 0.05  # how far from ln 2/λ the doubling time of an exponential may be
OFTEN = 0.5  # of the replicas that a verdict has: a variable that it is about in fewer is not named
NAMES = 5  # of variables

VERBS = {RUNNING_AWAY: ("runs away", "run away"), DRIFTING: ("drifts", "drift"),
         SPIRALLING_OUT: ("spirals out", "spiral out")}  # fmt: skip


def motion(verdict: str, found: Findings, verb: bool = True) -> str:
    """Of the replicas with a verdict, what moves how fast: "x runs away: it grows 5 % per step and doubles every 14
    steps". verb: False if that is told elsewhere, "x: it grows …"."""
    rows = found.tables.summary[found.tables.summary["verdict"] == verdict]
    names = _named(rows)
    does = VERBS.get(verdict, ("spirals in", "spiral in"))[len(names) > 1]
    how = {DRIFTING: _drift, RUNNING_AWAY: _growth}.get(verdict, _swings)(rows, names, found)
    return f"{listing(names, NAMES)} {does}{how}" if verb else f"{listing(names, NAMES)}{how}"


def swinging(found: Findings) -> list[str]:
    """What is too fast for its record in most of the replicas that did not settle."""
    unsettled = found.tables.summary[found.tables.summary["verdict"] == UNSETTLED]
    rows = unsettled[unsettled["verdict.variables"] != ""]
    if not len(rows) or len(rows) < OFTEN * len(unsettled):
        return []
    names = _named(rows)
    return [f"{listing(names)} {'moves' if len(names) == 1 else 'move'} back and forth faster than the record shows"]


def moved_by(found: Findings) -> list[str]:
    """The random numbers that move something: noise, and those that flows and rules draw."""
    noisy = [name for name, amplitude in found.program.noises.items() if found.ever(amplitude)]
    graph, agents = found.program.graph, found.program.agents
    pushes = [part for parts in (found.program.flows, *(agent.moves for agent in agents)) for part in parts.items()]
    drawn = list(dict.fromkeys(v for v, push in pushes if graph.random([push])))
    of_rules = all(of_a_rule(leaf) for leaf in graph.random(push for _, push in pushes))
    reasons = [f"noise keeps moving {listing(noisy)}"] if noisy else []
    numbers = f"random numbers{' of rules' if of_rules else ''}"
    return reasons + ([f"{numbers} keep moving {listing(drawn)}"] if drawn else [])


def settled_by_chance(found: Findings) -> str:
    """What random numbers keep moving around a mean."""
    return f"{' and '.join(moved_by(found)) or 'random numbers keep moving it'} around a steady mean"


def _named(rows: pd.DataFrame) -> list[str]:
    """The variables that the verdict is about in most of the replicas, in the order of the system."""
    lists = rows["verdict.variables"].astype(str).str.split(", ")
    counts = lists.explode().value_counts(sort=False)
    often = [str(name) for name, n in counts.items() if n >= OFTEN * len(rows)]
    return often or [str(counts.idxmax())]


def _growth(rows: pd.DataFrame, names: list[str], found: Findings) -> str:
    rate, doubling = (rows[f"verdict.{name}"].to_numpy(float) for name in ("rate", "doubling_time"))
    log = np.log1p(rate) if found.clock == "step" else rate
    exponential = np.median(np.abs(doubling * log / np.log(2) - 1)) <= EXPONENTIAL
    what, plural = _what_grows(rows, names)
    double = ("double every" if plural else "doubles every") if exponential else ("need" if plural else "needs")
    end = "" if exponential else " to double again"
    at = "" if exponential else " at the end"
    return f": {what} {_per(rate, found)}{at} and {double} {typical(found, doubling)} {_units(found)}{end}"


def _what_grows(rows: pd.DataFrame, names: list[str]) -> tuple[str, bool]:
    """Swings; the variable's own value, where that is the size that grows; else what it has moved. Whether it is
    several."""
    many, name = len(names) > 1, names[0]
    if np.isfinite(rows["period"].to_numpy(float)).mean() > OFTEN:
        return f"{'their' if many else 'its'} swings grow", True
    if name in rows and np.median(np.abs(rows["verdict.size"] / rows[name].abs() - 1)) > OWN:
        return f"{'their' if many else 'its'} distance from where {'they' if many else 'it'} came grows", False
    return ("they grow", True) if many else ("it grows", False)


def _swings(rows: pd.DataFrame, names: list[str], found: Findings) -> str:
    rate, period = rows["verdict.rate"].to_numpy(float), rows["period"].to_numpy(float)
    told = f", with a period of {typical(found, period)} {_units(found)}" if np.isfinite(period).any() else ""
    whose, verb = "their" if len(names) > 1 else "its", "grow" if np.median(rate) > 0 else "shrink"
    return f": {whose} swings {verb} {_per(np.abs(rate), found)}{told}"


def _drift(rows: pd.DataFrame, names: list[str], found: Findings) -> str:
    speed = typical(found, rows["verdict.speed"].to_numpy(float))
    which = f", {names[0]}" if len(names) > 1 else ""
    return f"{which} by {speed} per {_unit(found)}"


def _per(rate: np.ndarray, found: Findings) -> str:
    """A relative growth."""
    if found.clock == "step":
        return f"{typical(found, 100 * rate)}\u00a0% per step"
    return f"at a rate of {typical(found, rate)} per unit of time"


def _unit(found: Findings) -> str:
    return "step" if found.clock == "step" else "unit of time"


def _units(found: Findings) -> str:
    return "steps" if found.clock == "step" else "units of time"
