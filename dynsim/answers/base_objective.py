"""What became of the base objective, where one is stated."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats
from .base import answer
from .wording.change import UNCHANGED, UNDEFINED_BASE, Change, change_of_agent, change_of_base
from .wording.findings import Findings
from .wording.typical import typical
from .wording.undefined import undefined
from .wording.words import moment, number, share


@answer("base", order=4, heading="The base objective", of="few cells")
def base(found: Findings) -> list[str]:
    """How what the designers want of the whole changed, when it was best, and how it changed in every phase.

    From the first to the last tick, over the replicas that did not diverge; and in how many of them it got worse
    although no agent's own objective did.
    """
    if found.program.base is None:
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
    """Whether it was never better than at its ends, but for UNCHANGED."""
    first, last, best = _of_all(found, "base.first", "base.last", "base.best")
    least = np.minimum(first, last)
    return bool((least - best <= UNCHANGED * np.maximum(np.abs(least), np.abs(best))).all())


def _of_all(found: Findings, *columns: str) -> list[Floats]:
    """Of the replicas in which it was known at both ends."""
    summary = found.tables.summary[np.isfinite(change_of_base(found).first)]
    return [summary[name].to_numpy(float) for name in columns]


def _best(found: Findings) -> str:
    """When it was lowest, and how low; at an end, where it is there as low as ever but for UNCHANGED."""
    first, last, best, at = _of_all(found, "base.first", "base.last", "base.best", "base.best_at")
    ends = np.stack([first, last])
    near = UNCHANGED * np.maximum(np.abs(ends).max(axis=0), np.abs(best))
    at_start, at_end = (float(part) for part in (ends <= best + near).mean(axis=1))
    if at_end > 0.5:
        return f" It was best at the end{_of(found, at_end)}."
    if at_start > 0.5:
        return f" It was never better than at the start{_of(found, at_start)}."
    if found.varies and np.nanmin(at) == found.start and np.nanmax(at) == found.end:
        return ""  # at any time
    if found.varies:
        return f" It was best between {found.clock} {moment(np.nanmin(at))} and {moment(np.nanmax(at))}."
    return f" It was best at {found.clock} {typical(found, at, moment)}: {number(float(np.nanmedian(best)))}."


def _of(found: Findings, part: float) -> str:
    return "" if found.replicas == 1 or part == 1.0 else f" in {share(part)} of replicas"


def _phases(found: Findings) -> list[str]:
    """How it changed within every phase."""
    changes = {name: change_of_base(found, name) for name in found.program.phases}
    return [f"In {name} it {one.words()}." for name, one in changes.items() if one.known]


def _in_spite(found: Findings, one: Change) -> list[str]:
    """Where it rose although nobody lost and somebody gained."""
    if not found.agents:
        return []
    own = [change_of_agent(found, agent) for agent in found.agents]
    moved = np.stack([np.nan_to_num(each.relative) for each in own])
    gained = (moved <= UNCHANGED).all(axis=0) & (moved < -UNCHANGED).any(axis=0)
    part = float((gained & (one.relative > UNCHANGED))[np.isfinite(one.relative)].mean())
    if part == 0.0:
        return []
    where = "It" if found.replicas == 1 else "In every replica it" if part == 1 else f"In {share(part)} of replicas it"
    return [f"{where} rose although no agent's own objective did."]
