"""Who gained and who lost: what every agent's objective was at the start and at the end."""

from __future__ import annotations

import numpy as np

from .change import UNCHANGED, Change, change_of, told_change
from .findings import Findings
from .registry import answer
from .words import count, listing

OTHERS = 6
AHEAD = 0.6  # the share of replicas in which one agent gains more than another, from which on it is said to


@answer("gains", order=30, heading="Gains and losses")
def gains(found: Findings) -> list[str]:
    """Who gained most, who lost most, and how the others did.

    By their objectives at the first and at the last tick, over the replicas that did not diverge. Objectives have units
    of their own: agents are compared by (last − first)/max(|first|, |last|), in [−2, 2], and one is said to gain more
    than another if it does so in more than 60 % of the replicas.
    """
    changes = {name: change_of(found, f"first_objective.{name}", f"objective.{name}") for name in found.agents}
    moved = sorted((name for name, one in changes.items() if one.moved), key=lambda name: changes[name].typical)
    if not moved:
        stated = any(one.known and np.nan_to_num(one.first).any() for one in changes.values())
        return [f"No objective changed by more than {100 * UNCHANGED:g}\u00a0% from first to last."] if stated else []
    fell = [name for name in moved if changes[name].typical < 0]
    rose = [name for name in reversed(moved) if name not in fell]
    told = [_told(found, names, changes, verb) for names, verb in ((fell, "gained"), (rose, "lost")) if names]
    others = [*fell[1:], *rose[1:]]
    if others:
        which = "Of the others" if fell and rose else "Nobody lost" if fell else "Nobody gained"
        told.append(_others(found, others, changes, which))
    diverged = found.replicas - int(found.stayed.sum())
    return told + [f"Left out: {count(diverged, 'replica')} that diverged."] * (diverged > 0)


def _told(found: Findings, names: list[str], changes: dict[str, Change], verb: str) -> str:
    """ "critic gained most: its objective fell by 3 (2–4), from 5 to 2, in every replica." """
    name, *rivals = names
    size = np.abs(changes[name].relative)
    alike = [rival for rival in rivals if np.nanmean(size > np.abs(changes[rival].relative)) <= AHEAD]
    most = " most" if len(alike) < len(rivals) else ""
    tied = f", about as much as {listing(alike)}" if alike else ""
    return f"{name} {verb}{most}{tied}: its objective{_nodes(found, name)} {told_change(found, changes[name])}."


def _nodes(found: Findings, name: str) -> str:
    """What a population's objective is the sum of."""
    population = next(agent for agent in found.program.agents if agent.name == name).objective.domain.population
    return f", summed over {count(found.program.topologies[population].n, 'node')}," if population else ""


def _others(found: Findings, names: list[str], changes: dict[str, Change], which: str) -> str:
    shown = [f"{name}'s objective {told_change(found, changes[name])}" for name in names[:OTHERS]]
    if len(names) > OTHERS:
        shown.append(f"{count(len(names) - OTHERS, 'other')} changed as well")
    return f"{which}: {'; '.join(shown)}."
