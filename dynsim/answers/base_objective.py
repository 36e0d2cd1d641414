"""How the base objective changed, in a scenario that states one."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats
from .base import OUTCOME, answer
from .wording.change import UNCHANGED, UNDEFINED_BASE, Change, change_of_agent, change_of_base
from .wording.findings import Findings
from .wording.typical import typical
from .wording.undefined import undefined
from .wording.words import moment, number, share

EXAMPLE = """
dynsim: 1
title: what the designers want and what the agent wants
variables: {x: {init: 1}}
agents: {one: {controls: x, declared: (x - 2)**2, rule: {gradient: {rate: 0.1}}}}
base: {objective: x**2}
clock: {steps: 20}
"""


@answer("base", section=OUTCOME, order=10, heading="The base objective", of="few cells", example=EXAMPLE)
def base_objective(found: Findings) -> list[str]:
    """How the base objective changed, when it was best, and how it changed in every phase.

    Changes are from the first to the last tick, over the replicas that did not diverge. It also tells in how many of
    them the base objective got worse although no agent's own objective did.
    """
    if "base.first" not in found.tables.summary or found.ticks < 2:
        return []
    one, unknown = change_of_base(found), undefined(found, UNDEFINED_BASE, "the base objective")
    if not one.known:
        return unknown
    if one.moved:
        told = [f"The base objective {one.words()}.{_best(found)}"]
    elif _steady(found):
        told = [f"The base objective changed by less than {100 * UNCHANGED:g}\u00a0%: it is {number(one.ends[1])}."]
    else:
        told = [f"The base objective ended where it began ({number(one.ends[1])}).{_best(found)}"]
    return [*told, *unknown, *_phases(found), *_in_spite(found, one)]


def _steady(found: Findings) -> bool:
    """Whether it was never lower than at both ends, up to UNCHANGED."""
    first, last, best = _of_all(found, "base.first", "base.last", "base.best")
    least = np.minimum(first, last)
    return bool((least - best <= UNCHANGED * np.maximum(np.abs(least), np.abs(best))).all())


def _of_all(found: Findings, *columns: str) -> list[Floats]:
    """Columns of the summary, in the replicas in which the base objective is known at both ends."""
    summary = found.tables.summary[np.isfinite(change_of_base(found).first)]
    return [summary[name].to_numpy(float) for name in columns]


def _best(found: Findings) -> str:
    """When it was lowest, and how low; at an end if it is lowest there up to UNCHANGED."""
    first, last, best, at = _of_all(found, "base.first", "base.last", "base.best", "base.best_at")
    ends = np.stack([first, last])
    near = UNCHANGED * np.maximum(np.abs(ends).max(axis=0), np.abs(best))
    at_start, at_end = (float(part) for part in (ends <= best + near).mean(axis=1))
    if at_end > 0.5:
        return f" It was best at the end{_of(found, at_end)}."
    if at_start > 0.5:
        return f" It was never better than at the start{_of(found, at_start)}."
    if found.varies and np.nanmin(at) == found.start and np.nanmax(at) == found.end:
        return ""  # anywhere: nothing to report
    if found.varies:
        return f" It was best between {found.clock} {moment(np.nanmin(at))} and {moment(np.nanmax(at))}."
    return f" It was best at {found.clock} {typical(found, at, moment)}: {number(float(np.nanmedian(best)))}."


def _of(found: Findings, part: float) -> str:
    return "" if found.replicas == 1 or part == 1.0 else f" in {share(part)} of replicas"


def _phases(found: Findings) -> list[str]:
    """How it changed within each phase."""
    changes = {name: change_of_base(found, name) for name in found.source.phases}
    return [f"In {name} it {one.words()}." for name, one in changes.items() if one.known]


def _in_spite(found: Findings, one: Change) -> list[str]:
    """The replicas in which it rose although some agent gained and none lost."""
    if not found.agents:
        return []
    own = [change_of_agent(found, agent) for agent in found.agents]
    moved = np.stack([np.nan_to_num(each.relative) for each in own])
    gained = (moved <= UNCHANGED).all(axis=0) & (moved < -UNCHANGED).any(axis=0)
    part = float((gained & (one.relative > UNCHANGED))[np.isfinite(one.relative)].mean())
    if part == 0.0:
        return []
    it = "It" if found.replicas == 1 else "In every replica it" if part == 1 else f"In {share(part)} of replicas it"
    return [f"{it} rose although no agent's own objective did."]
