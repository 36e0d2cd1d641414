"""What became of the base objective, where one is stated."""

from __future__ import annotations

import numpy as np

from .change import UNCHANGED, Change, change_of, told_change
from .findings import Findings
from .registry import answer
from .words import share, spread


@answer("base", order=15, heading="The base objective")
def base(found: Findings) -> list[str]:
    """How what the designers want of the whole changed, overall and in every phase.

    From the first to the last tick, over the replicas that did not diverge; and in how many of them it got worse
    although no agent's own objective did.
    """
    if found.program.base is None:
        return []
    one = change_of(found, "base.first", "base.last")
    if not one.known:
        return []
    if not one.moved:
        return [f"The base objective did not change from the first to the last tick: it is {spread(one.last)}."]
    return [f"The base objective {told_change(found, one)}{_in_spite(found, one)}.", *_phases(found)]


def _phases(found: Findings) -> list[str]:
    """How it changed within every phase."""
    told = []
    for name in found.program.phases:
        one = change_of(found, f"base.first.{name}", f"base.last.{name}")
        if one.known:
            told.append(f"in {name} it {one.words() if one.moved else 'did not change'}")
    return [f"I{'; '.join(told)[1:]}."] if told else []


def _in_spite(found: Findings, one: Change) -> str:
    """Whether it rose where everybody gained."""
    own = [change_of(found, f"first_objective.{agent}", f"objective.{agent}") for agent in found.agents]
    if not own:
        return ""
    moved = np.stack([np.nan_to_num(each.relative) for each in own])
    gained = (moved <= UNCHANGED).all(axis=0) & (moved < -UNCHANGED).any(axis=0)
    part = float((gained & (one.relative > UNCHANGED))[np.isfinite(one.relative)].mean())
    if part == 0.0:
        return ""
    where = "" if found.replicas == 1 else f" in {share(part)} of the replicas" if part < 1 else " in every replica"
    return f"; it rose{where} although no agent's own objective did"
