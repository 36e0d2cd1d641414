"""Who gained and who lost: every agent's objective at the start and at the end."""

from __future__ import annotations

import numpy as np

from .base import CONFLICT, answer
from .wording.change import UNCHANGED, Change, change_of_agent
from .wording.findings import Findings
from .wording.players import players
from .wording.sign_test import LEVEL, sign_test
from .wording.words import counted, listing, number

MOST = 8  # sentences about single agents


@answer("gains", section=CONFLICT, order=20, heading="Gains and losses", of="few cells")
def gains_and_losses(found: Findings) -> list[str]:
    """Which agent gained most, which lost most, and how the others did.

    The answer `payoffs` covers the players of a game.

    The answer compares objectives at the first and the last tick, over the replicas that did not diverge. An agent
    gained or lost if the change is clear. If replicas are independent samples, the sign test over them (p < 0.05) and
    the medians at both ends must agree. If nothing is random, or a parameter is swept, no replica may have changed in
    the other direction. Objectives have different units, so agents are ranked by (last − first)/max(|first|, |last|),
    in [−2, 2]. An agent gained most if it is ahead of every other agent by the same test.
    """
    if found.ticks < 2:
        return []
    elsewhere = {player.agent for player in players(found)}
    every = [
        (name, change_of_agent(found, name))
        for name in found.agents if name not in elsewhere
    ]
    known = [(name, one) for name, one in every if one.known]
    moved = sorted(((n, one) for n, one in known if one.moved), key=lambda pair: -abs(pair[1].typical))
    told, later = [], []
    for way, verb in ((-1, "gained"), (1, "lost")):
        same = [(name, one) for name, one in moved if one.clear == way]
        told += [_sentence(found, *same[0], f"{verb} most" if _ahead(found, same) else verb)] if same else []
        later += [_sentence(found, name, one, f"{verb}, too") for name, one in same[1:]]
    later += [f"{name}'s objective{_nodes(found, name)} {one.words()}." for name, one in moved if not one.clear]
    told += later
    if len(told) > MOST:
        told = [*told[:MOST], f"{counted(len(told) - MOST, 'more objective')} changed."]
    return told + _still([(name, one) for name, one in known if not one.moved], bool(moved))


def _sentence(found: Findings, name: str, one: Change, verb: str) -> str:
    """ "critic gained most relative to the size of its objective, which fell from 4 to 1.5 in every replica." """
    nodes = _nodes(found, name)
    if verb.endswith("most"):
        return f"{name} {verb} relative to the size of its objective{nodes}, which {one.words()}."
    return f"{name} {verb}: its objective{nodes} {one.words()}."


def _ahead(found: Findings, ranked: list[tuple[str, Change]]) -> bool:
    """Whether the first agent's objective changed clearly more, relative to its size, than every other one."""
    sizes = [np.abs(one.relative) for _, one in ranked]
    return len(sizes) > 1 and all(_larger(found, sizes[0] - other) for other in sizes[1:])


def _larger(found: Findings, difference: np.ndarray) -> bool:
    more, less = int((difference > UNCHANGED).sum()), int((difference < -UNCHANGED).sum())
    if not found.random or found.varies:
        return more > 0 and less == 0
    return more > less and sign_test(more, less) < LEVEL


def _nodes(found: Findings, name: str) -> str:
    """A note that the objective of a population is a sum over its nodes."""
    if not found.simulated:
        return ""
    population = next(agent for agent in found.program.agents if agent.name == name).objective.domain.population
    if not population:
        return ""
    return f" (the sum over its {number(found.program.topologies[population].n)} nodes)"


def _still(unmoved: list[tuple[str, Change]], others: bool) -> list[str]:
    """The objectives that did not change, without those that are 0 throughout."""
    names = [name for name, one in unmoved if np.nan_to_num(one.first).any()]
    if not names:
        return []
    much = f"by more than {100 * UNCHANGED:g}\u00a0%"
    if not others and len(names) > 1:
        return [f"No objective changed {much}."]
    whose = f"{names[0]}'s objective" if len(names) == 1 else f"The objectives of {listing(names)}"
    return [f"{whose} did not change {much}."]
