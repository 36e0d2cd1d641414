"""How the ensemble ended."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..analysis.conflict_log.judge import LEAST_TICKS
from ..analysis.motion.verdicts import (
    CONVERGED,
    CYCLING,
    DRIFTING,
    MOVED_BY_NOISE,
    RUNNING_AWAY,
    SPIRALLING_IN,
    SPIRALLING_OUT,
    UNSETTLED,
)  # fmt: skip
from .base import OUTCOME, answer
from .wording.findings import Findings
from .wording.groups import Group, groups
from .wording.motions import motion, moved_by, settled_by_chance, swinging
from .wording.sweep import in_which, inside, only_within, stretches
from .wording.typical import LEAST, typical
from .wording.undefined import undefined
from .wording.verdicts import verb
from .wording.wilson import wilson
from .wording.words import between, count, counted, listing, moment, share

MOVING = (RUNNING_AWAY, DRIFTING, SPIRALLING_IN, SPIRALLING_OUT)  # motions that have a speed
PARTS = 3  # the most verdicts in the sentence
VARIABLES = 3  # the most variables with a sentence of their own about their overflow


@answer("verdict", section=OUTCOME, order=40, heading="How it ended", of="few cells")
def verdict(found: Findings) -> list[str]:
    """How the replicas ended, and at which parameter values.

    For replicas that diverged, also where and when; and the objectives that were undefined (NaN or infinite) although
    the state was finite.
    """
    columns = {f"undefined_from.{agent}": f"{agent}'s objective" for agent in found.agents}
    gaps = [text for column, what in columns.items() for text in undefined(found, column, what)]
    if "verdict" not in found.tables.summary:
        return gaps
    return [_ended(found), *_replaced(found), *_runaways(found), *gaps]


def _ended(found: Findings) -> str:
    """ "All 64 replicas converged.", with Wilson's interval where a share estimates a probability."""
    verdicts = found.tables.summary["verdict"].astype(str)
    counts = verdicts.value_counts()
    if len(counts) == 1:
        return _alike(str(counts.index[0]), found)
    along = stretches(found, verdicts.map(verb))
    if along and found.ticks >= LEAST_TICKS:
        return f"Replicas {along}."
    parts = [_part(str(name), int(n), found, verdicts) for name, n in counts[:PARTS].items()]
    return f"{'; '.join(parts)}{'; the rest ended otherwise' if len(counts) > PARTS else ''}."


def _replaced(found: Findings) -> list[str]:
    """A note on selection, under which different systems occupy a replica one after the other."""
    selection = found.model.selection if found.has_model else None
    if selection is None or (found.tables.summary["verdict"] == CONVERGED).all():
        return []
    unit = "steps" if found.clock == "step" else "units of time"
    return [f"Selection replaces systems every {moment(selection.every)} {unit}; a new one's start counts as motion."]


def _alike(name: str, found: Findings) -> str:
    """The sentence if all replicas ended in the same way."""
    if name in MOVING:
        told = motion(name, found)
        return f"In every replica, {told}." if found.replicas > 1 else f"{told}."
    if _unknown(name, found):
        which = "the system" if found.replicas == 1 else "the replicas"
        return f"Whether {which} settled is unknown: {_why(name, found)}."
    unsettled = name in (UNSETTLED, MOVED_BY_NOISE)
    why = f": {_why(name, found)}" if unsettled else ""
    if found.replicas == 1:
        return f"The system {'did not settle' if unsettled else verb(name)}{_period(name, found)}{why}."
    if unsettled:
        return f"No replica settled{_noted(f'0 of {found.replicas:,}', _interval(found, 0))}{why}."
    known = _noted(_interval(found, found.replicas))
    every = "Both" if found.replicas == 2 else f"All {found.replicas:,}"
    return f"{every} replicas {verb(name)}{_period(name, found)}{known}."


def _part(name: str, amount: int, found: Findings, verdicts: pd.Series) -> str:
    """ "88 % of 256 replicas converged (95 % interval 83–91 %)"; rarer verdicts have the share alone."""
    first = name == verdicts.value_counts().index[0]
    of_all = f" of {found.replicas:,} replicas" if first else ""
    known = _interval(found, amount) if first else ""
    confined = "" if first else _range(found, verdicts, name)
    why = _why(name, found) if name == UNSETTLED or (first and name in MOVING) else ""
    if first and name == MOVED_BY_NOISE:
        why = " and ".join(moved_by(found))
    did = "may or may not have settled" if _unknown(name, found) else verb(name)
    return f"{share(amount / found.replicas)}{of_all} {did}{_period(name, found)}{_noted(why, known)}{confined}"


def _unknown(name: str, found: Findings) -> bool:
    """Whether there are too few recorded ticks for a verdict."""
    return name == UNSETTLED and found.ticks < LEAST_TICKS


def _range(found: Findings, verdicts: pd.Series, name: str) -> str:
    """The range of swept values to which a rarer verdict is confined."""
    replicas = np.flatnonzero(verdicts == name)
    values = only_within(found, replicas)
    there = inside(found, replicas) if values else 0
    pure = f" ({len(replicas):,} of the {there:,} replicas there)" if len(replicas) < there else ""
    return values and f", only for {values}{pure}"


def _interval(found: Findings, hits: int) -> str:
    """The 95 % interval of a share, if it estimates a probability from enough independent replicas."""
    if not found.sampled or found.replicas < LEAST:
        return ""
    low, high = (f"{100 * end:.{4 if end > 0.995 else 3}g}" for end in wilson(hits, found.replicas))
    return f"95\u00a0% interval {between(low, high)}\u00a0%"


def _noted(*notes: str) -> str:
    """In brackets."""
    text = "; ".join(filter(None, notes))
    return f" ({text})" if text else ""


def _why(name: str, found: Findings) -> str:
    """What is known about the replicas with a verdict: how fast they move, or why they did not settle."""
    if name in MOVING:
        return motion(name, found, verb=False)
    if name == MOVED_BY_NOISE:
        return settled_by_chance(found)
    if found.ticks < LEAST_TICKS:
        return f"only {count(found.ticks, 'recorded tick')}, and a verdict needs {LEAST_TICKS}"
    return " and ".join(moved_by(found) or swinging(found)) or f"still moving at {found.clock} {moment(found.end)}"


def _period(name: object, found: Findings) -> str:
    summary = found.tables.summary
    periods = summary.loc[summary["verdict"] == CYCLING, "period"].to_numpy(float)
    if name != CYCLING or not np.isfinite(periods).any():
        return ""
    return f" with a period of {typical(found, periods)} {'steps' if found.clock == 'step' else 'units of time'}"


def _runaways(found: Findings) -> list[str]:
    """Which variables overflowed."""
    every = [group for group in groups(found.tables, found.agents, found.replicas) if group.kind == "divergence"]
    told = [_runaway(group, found) for group in every[:VARIABLES]]
    left = every[VARIABLES:]
    if left:
        part = share(sum(group.replicas for group in left) / found.replicas)
        told.append(f"{counted(len(left), 'other variable')} overflowed first in {part} of replicas.")
    return told


def _runaway(group: Group, found: Findings) -> str:
    """ "In 50 % of replicas, x (moved by a and b) overflowed at step 31." """
    rows = group.rows
    movers = str(rows["agents"].iloc[0])
    who = f" (moved by {listing(movers.split(', '))})" if movers else ""
    prefix = in_which(found, rows["replica"].to_numpy(int))
    return f"{prefix}{group.subject}{who} overflowed at {found.clock} {typical(found, rows['end'], moment)}."
