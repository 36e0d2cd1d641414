"""How the ensemble ended."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..analysis.metrics.verdict import LEAST_TICKS
from ..analysis.verdicts import (
    CONVERGED,
    CYCLING,
    DIVERGED,
    DRIFTING,
    MOVED_BY_NOISE,
    RUNNING_AWAY,
    SPIRALLING_IN,
    SPIRALLING_OUT,
    UNSETTLED,
)  # fmt: skip
from .findings import Findings
from .groups import Group, groups
from .motions import motion, moved_by, settled_by_chance, swinging
from .registry import answer
from .sweep import inside, only_within, stretches
from .wilson import wilson
from .words import between, count, listing, moment, share, spread

VERBS = {
    CONVERGED: "converged", CYCLING: "cycled", RUNNING_AWAY: "ran away", DRIFTING: "drifted",
    SPIRALLING_OUT: "spiralled out", SPIRALLING_IN: "spiralled in", MOVED_BY_NOISE: "kept moving around a steady mean",
    UNSETTLED: "did not settle", DIVERGED: "diverged",
}
VARIABLES = 3  # that ran away and are told each


@answer("verdict", order=10, heading="The end", of="few cells")
def verdict(found: Findings) -> list[str]:
    """How the replicas ended, where along the swept parameter, where and when they diverged, and whose objective was
    undefined (NaN or infinite) although the state was finite."""
    return [_ended(found), *_runaways(found), *_undefined(found)]


def _ended(found: Findings) -> str:
    """ "All 64 replicas converged.", with Wilson's interval where a share estimates a probability."""
    verdicts = found.tables.summary["verdict"].astype(str)
    counts = verdicts.value_counts()
    first = str(counts.index[0])
    interval = f"95\u00a0% Wilson interval {_interval(found, found.replicas)}" if found.sampled else ""
    if len(counts) == 1 and first in (RUNNING_AWAY, DRIFTING, SPIRALLING_IN, SPIRALLING_OUT):
        everywhere = f" in every replica{_noted(interval)}" if found.replicas > 1 else ""
        return f"{motion(first, found, everywhere)}."
    if found.replicas == 1 and first == MOVED_BY_NOISE:
        return f"The system did not settle: {settled_by_chance(found)}."
    if found.replicas == 1:
        return f"The system {_verb(first)}{_period(first, found)}{_noted(_why(first, found))}."
    if len(counts) == 1 and first == MOVED_BY_NOISE:
        return f"None of the {found.replicas:,} replicas settled{_noted(interval)}: {settled_by_chance(found)}."
    if len(counts) == 1:
        who, verb = f"All {found.replicas:,} replicas", f"{_verb(first)}{_period(first, found)}"
        if first == UNSETTLED:
            who, verb = f"None of the {found.replicas:,} replicas", "settled"
        return f"{who} {verb}{_noted(interval, _why(first, found))}."
    along = stretches(found, verdicts.map(_verb))
    parts = []
    for name, n in counts.items():
        known = _interval(found, int(n)) if found.sampled else ""
        where = "" if along or name == first else _range(found, verdicts, str(name))
        did = f"{_verb(name)}{_period(name, found)}{_noted(_why(name, found))}{where}"
        parts.append(f"{share(n / found.replicas)}{_noted(known)} {did}")
    rest = f": {along}" if along else "; 95\u00a0% Wilson intervals in brackets" if found.sampled else ""
    return f"Of {found.replicas:,} replicas {listing(parts, 5)}{rest}."


def _range(found: Findings, verdicts: pd.Series, name: str) -> str:
    """The only values of the swept parameter with a rarer verdict."""
    replicas = np.flatnonzero(verdicts == name)
    where = only_within(found, replicas)
    return f", only for {where} ({len(replicas):,} of the {inside(found, replicas):,} replicas there)" if where else ""


def _verb(name: object) -> str:
    return VERBS.get(str(name), str(name))


def _interval(found: Findings, hits: int) -> str:
    """As per cent."""
    low, high = (f"{100 * end:.{4 if end > 0.995 else 3}g}" for end in wilson(hits, found.replicas))
    return f"{between(low, high)}\u00a0%"


def _noted(*notes: str) -> str:
    """In brackets."""
    text = "; ".join(filter(None, notes))
    return f" ({text})" if text else ""


def _why(name: object, found: Findings) -> str:
    """What is known of the replicas with a verdict: why they did not settle, as far as the system tells, or how fast
    they move."""
    if name in (RUNNING_AWAY, DRIFTING, SPIRALLING_IN, SPIRALLING_OUT):
        return motion(str(name), found, verb=False)
    if name == MOVED_BY_NOISE:
        return ", ".join(moved_by(found))
    if name != UNSETTLED:
        return ""
    if found.ticks < LEAST_TICKS:
        return f"{count(found.ticks, 'recorded tick')} of the {LEAST_TICKS} that a verdict needs"
    return ", ".join(moved_by(found) or swinging(found)) or f"still moving at {found.clock} {moment(found.end)}"


def _period(name: object, found: Findings) -> str:
    summary = found.tables.summary
    periods = summary.loc[summary["verdict"] == CYCLING, "period"].to_numpy(float)
    if name != CYCLING or not np.isfinite(periods).any():
        return ""
    return f" with a period of {spread(periods)} {'steps' if found.clock == 'step' else 'units of time'}"


def _runaways(found: Findings) -> list[str]:
    """Which variables left the finite numbers."""
    every = [group for group in groups(found.tables, found.agents, found.replicas) if group.kind == "divergence"]
    told = [_runaway(group, found) for group in every[:VARIABLES]]
    left = every[VARIABLES:]
    if left:
        part = share(sum(group.replicas for group in left) / found.replicas)
        told.append(f"{count(len(left), 'other variable')} ran away first in {part} of the replicas.")
    return told


def _runaway(group: Group, found: Findings) -> str:
    rows = group.rows
    movers = str(rows["agents"].iloc[0])
    who = f", moved by {listing(movers.split(', '))}," if movers else ""
    at = f"{group.subject}{who} ran away and left the finite numbers at {found.clock} {spread(rows['end'], moment)}"
    if found.replicas == 1:
        return f"{at}."
    where = only_within(found, rows["replica"].to_numpy(int))
    return f"{at} in {share(group.replicas / found.replicas)} of the replicas{where and f' ({where})'}."


def _undefined(found: Findings) -> list[str]:
    """Whose objective was not a number, or infinite, in replicas that did not diverge."""
    told = []
    for agent in found.agents:
        times = found.tables.summary[f"undefined_from.{agent}"].to_numpy(float)[found.stayed]
        hit = times[np.isfinite(times)]
        if len(hit):
            where = f" in {share(len(hit) / found.replicas)} of the replicas" if found.replicas > 1 else ""
            told.append(
                f"{agent}'s objective was undefined (NaN or infinite), for the first time at {found.clock} "
                f"{spread(hit, moment)}{where}, although the state was finite."
            )
    return told
