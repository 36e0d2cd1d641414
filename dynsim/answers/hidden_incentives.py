"""Hidden incentives: variables that training gives agents a reason to control, although their labels do not show it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..analysis.causality.incentive_routes import found_routes
from ..analysis.causality.incentives import Incentives
from ..analysis.reading.sampling import largest
from ..arrays import Floats
from ..compiler.applying.game import Game
from .base import LABELS, answer
from .wording.findings import Findings
from .wording.sweep import in_which
from .wording.words import between, counted, listing, number

MOST = 6  # sentences about incentives, and names in a list of gates
WAYS = 2  # the paths that a sentence writes out

EXAMPLE = """
dynsim: 1
title: an agent that gets credit for what its label does not show
variables: {x: {init: 1}, y: {init: 1}}
agents:
  giver: {controls: x, declared: (x - y)**2, rule: {gradient: {rate: 0.1}}}
  taker: {controls: y, declared: y**2, credit: {giver: 0.5}, rule: {gradient: {rate: 0.1}}}
clock: {steps: 20}
"""


@dataclass(frozen=True)
class Gate:
    """A weight or factor that opens paths. step: how the text of a path names it. size: its largest |value| in each
    replica, (R,)."""

    agent: str
    name: str
    step: str
    size: Floats

    @property
    def range(self) -> str:
        return between(number(float(self.size.min())), number(float(self.size.max())))


@dataclass(frozen=True)
class Incentive:
    """Variables that agents have a reason to control, through paths that are open in the same replicas and equally
    strong.

    ways: the text of the path, by agent and variable. open: 1 in the replicas in which the paths are open, (R,).
    strength: the product of the weights and factors on a path, 1 if it has none, (R,).
    """

    ways: dict[str, dict[str, str]]
    open: Floats
    strength: Floats


@answer(
    "hidden", section=LABELS, order=20, heading="Hidden incentives", of="few cells", needs=("model",),
    example=EXAMPLE,
)
def hidden_incentives(found: Findings) -> list[str]:
    """Which variables training gives agents a reason to control although their labels do not show it.

    An incentive is a directed path decision → variable → objective that exists in an agent's training (what it pursues,
    the credit it gets, the paths that are open to it, the learning of others that it differentiates through) but not in
    its label. The answer gives the share of replicas in which the path is open, and its strength (the product of the
    weights and factors on the path). It then names variables that agents control and are trained to move although their
    labels do not read them, and the weights and factors that open no such path. There is no answer if no agent pursues
    anything but its label, gets credit or has further paths.
    """
    gates = _gates(found)
    incentives = _incentives(found, gates)
    told = [_told(found, one) for one in incentives[:MOST]]
    if len(incentives) > MOST:
        told.append(f"{counted(len(incentives) - MOST, 'more hidden incentive', 'is', 'are')} not shown.")
    told += _unlabelled(found)
    if not told and (gates or any(agent.pursues != agent.label for agent in found.model.agents.values())):
        one = len(found.agents) == 1
        who, whose = ("The agent has", "it gains from controlling appears in its label") if one else (
            "No agent has", "that agents gain from controlling appears in their labels")
        told = [f"{who} {'no' if one else 'a'} hidden incentive: every variable {whose}."]
    return told + _beside(gates, incentives)


def _gates(found: Findings) -> list[Gate]:
    stated = []
    for name, agent in found.model.agents.items():
        stated += [(name, f"credit from {other}", f"{other}'s label", e) for other, e in agent.credit.items()]
        stated += [(name, f"path through {derived}", derived.split("[")[0], e) for derived, e in agent.paths.items()]
        stated += [(name, f"path through {o}'s learning", f"{o} learns", e) for o, e in agent.learning.items()]
    sizes = largest(found.study, [value for *_, value in stated])[:, found.mine] if stated else ()
    return [Gate(agent, name, step, size) for (agent, name, step, _), size in zip(stated, sizes, strict=True)]


def _incentives(found: Findings, gates: Sequence[Gate]) -> list[Incentive]:
    """Ordered by the number of replicas in which they are open, then by strength, descending."""
    of_agents: dict[tuple[str, bytes, bytes], Incentive] = {}
    for (quantity, agent, variable), (way, is_open) in found_routes(found.study, found.mine).items():
        if quantity == "hidden":
            sizes = [np.where(gate.size > 0.0, gate.size, 1.0) for gate in _on(way, agent, gates)]
            product = np.prod(sizes, axis=0) * np.ones(found.replicas)
            key = agent, is_open.tobytes(), product.tobytes()
            of_agents.setdefault(key, Incentive({agent: {}}, is_open, product)).ways[agent][variable] = way
    alike: dict[object, Incentive] = {}
    for (agent, opened, strength), one in of_agents.items():
        alike.setdefault((opened, strength, *one.ways[agent]), one).ways[agent] = one.ways[agent]
    return sorted(alike.values(), key=lambda one: (-one.open.sum(), -one.strength[one.open > 0].max()))


def _unlabelled(found: Findings) -> list[str]:
    """What agents control and are trained to move although it appears nowhere in their labels."""
    told, game = [], Game(found.model)
    for agent in found.program.agents:
        names = Incentives(found.study, found.model, game, agent).unlabelled(found.ever)
        if names:
            which = "appears" if len(names) == 1 else "appear"
            told.append(f"{agent.name} is trained to move {listing(names)}, which {which} nowhere in its label.")
    return told


def _on(way: str, agent: str, gates: Sequence[Gate]) -> list[Gate]:
    """The agent's gates on a path."""
    steps = set(re.split(" [→⇝] ", way))
    return [gate for gate in gates if gate.agent == agent and gate.step in steps]


def _told(found: Findings, one: Incentive) -> str:
    """ "In every replica, critic has a hidden incentive to control world (bias → world → declared)." """
    names, ways = list(one.ways), next(iter(one.ways.values()))
    has = "has a hidden incentive" if len(names) == 1 else "have hidden incentives"
    written = "; ".join([*ways.values()][:WAYS]) + ("; …" if len(ways) > WAYS else "")
    there = np.flatnonzero(one.open)
    text = f"{in_which(found, there)}{listing(names)} {has} to control {listing(list(ways))} ({written})"
    strength = one.strength[there]
    low, high = number(float(strength.min())), number(float(strength.max()))
    if low == high == "1":
        return f"{text}."
    return f"{text}; the strength {f'is {low}' if low == high else f'lies between {low} and {high}'}."


def _beside(gates: Sequence[Gate], incentives: Sequence[Incentive]) -> list[str]:
    """The gates on no hidden path: first the open ones, then the closed ones."""
    ways = [(agent, way) for one in incentives for agent, own in one.ways.items() for way in own.values()]
    on_some = [gate for agent, way in ways for gate in _on(way, agent, gates)]
    left = [gate for gate in gates if not any(gate is other for other in on_some)]
    opened = [f"{gate.agent}'s {gate.name} ({gate.range})" for gate in left if gate.size.any()]
    closed = [f"{gate.agent}'s {gate.name}" for gate in left if not gate.size.any()]
    told = []
    if opened:
        is_open = "is open but reaches" if len(opened) == 1 else "are open but reach"
        told.append(f"{listing(opened, MOST)} {is_open} no hidden variable.")
    if closed:
        told.append(f"{listing(closed, MOST)} {'is' if len(closed) == 1 else 'are'} closed (0).")
    return told
