"""Motions that do not end, in words: runaways, drifts, spirals, and motion by random numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...algebra.nodes import of_a_rule
from ...analysis.motion.verdicts import DRIFTING, RUNNING_AWAY, SPIRALLING_OUT, UNSETTLED
from .findings import Findings
from .typical import typical
from .words import listing

OWN = 0.1  # the value itself grows if the growing size differs from it by at most this, relatively
EXPONENTIAL = 0.05  # growth is exponential if the doubling time differs from ln 2/λ by at most this, relatively
OFTEN = 0.5  # a variable is named if the verdict is about it in at least this share of its replicas
NAMES = 5  # of variables in a list

VERBS = {RUNNING_AWAY: ("runs away", "run away"), DRIFTING: ("drifts", "drift"),
         SPIRALLING_OUT: ("spirals out", "spiral out")}  # fmt: skip


def motion(verdict: str, found: Findings, verb: bool = True) -> str:
    """The variables that move in the replicas with a verdict, and their speed: "x runs away: it grows 5 % per step and
    doubles every 14 steps". verb: False leaves "runs away" to the caller: "x: it grows …"."""
    rows = found.tables.summary[found.tables.summary["verdict"] == verdict]
    names = _named(rows)
    does = VERBS.get(verdict, ("spirals in", "spiral in"))[len(names) > 1]
    how = {DRIFTING: _drift, RUNNING_AWAY: _growth}.get(verdict, _swings)(rows, names, found)
    return f"{listing(names, NAMES)} {does}{how}" if verb else f"{listing(names, NAMES)}{how}"


def swinging(found: Findings) -> list[str]:
    """A clause that names the variables that oscillate too fast for the record, if most unsettled replicas have
    some."""
    unsettled = found.tables.summary[found.tables.summary["verdict"] == UNSETTLED]
    rows = unsettled[unsettled["verdict.variables"] != ""]
    if not len(rows) or len(rows) < OFTEN * len(unsettled):
        return []
    names = _named(rows)
    return [f"{listing(names)} {'moves' if len(names) == 1 else 'move'} back and forth faster than the record shows"]


def moved_by(found: Findings) -> list[str]:
    """Clauses that name the variables moved by noise, and those moved by random numbers in flows and rules."""
    noisy = [name for name, amplitude in found.program.noises.items() if found.ever(amplitude)]
    graph, agents = found.program.graph, found.program.agents
    pushes = [part for parts in (found.program.flows, *(agent.moves for agent in agents)) for part in parts.items()]
    moved = list(dict.fromkeys(v for v, push in pushes if graph.random([push])))
    of_rules = all(of_a_rule(leaf) for leaf in graph.random(push for _, push in pushes))
    reasons = [f"noise keeps moving {listing(noisy)}"] if noisy else []
    numbers = f"random numbers{' of rules' if of_rules else ''}"
    return reasons + ([f"{numbers} keep moving {listing(moved)}"] if moved else [])


def settled_by_chance(found: Findings) -> str:
    """A clause that names the variables that random numbers keep moving around a steady mean."""
    return f"{' and '.join(moved_by(found)) or 'random numbers keep moving it'} around a steady mean"


def _named(rows: pd.DataFrame) -> list[str]:
    """The variables that the verdict is about in most replicas, in the order of the system."""
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
    """What grows, with its verb, and whether it is a plural: the swings, the value itself, or the distance from its
    start."""
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
    """A rate of relative growth, in words."""
    if found.clock == "step":
        return f"{typical(found, 100 * rate)}\u00a0% per step"
    return f"at a rate of {typical(found, rate)} per unit of time"


def _unit(found: Findings) -> str:
    return "step" if found.clock == "step" else "unit of time"


def _units(found: Findings) -> str:
    return "steps" if found.clock == "step" else "units of time"
