"""Hidden incentives: what training gives agents a reason to control, and their labels do not show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..analysis.measures.incentive_graph import found_routes
from ..analysis.sampling import largest
from .findings import Findings, Floats
from .registry import answer
from .sweep import only_within
from .words import between, count, listing, number, share, spread

MOST = 6
WAYS = 2


@dataclass(frozen=True)
class Gate:
    """A weight or factor that opens ways. step: what a way through it has in its text. size: its largest |value| in a
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
    """Variables that agents have a reason to control in the same replicas, open (R,), by ways of the same strength,
    (R,), the product of the weights and factors on them, 1 where there is none. ways: by agent, then variable."""

    ways: dict[str, dict[str, str]]
    open: Floats
    strength: Floats


@answer("hidden", order=50, heading="Hidden incentives", of="few cells")
def hidden(found: Findings) -> list[str]:
    """Which variables training gives agents a reason to control, and their labels do not show.

    Directed paths decision → variable → objective that exist for an agent's training (what it pursues, the credit it
    gets, the paths that are open to it, the learning of others that it sees) and not in its label; the share of
    replicas in which they are open, and how far (the product of the weights and factors on the path). Then the weights
    and factors that open no such path. Nothing where no agent pursues, is credited with or sees anything but its label.
    """
    gates = _gates(found)
    incentives = _incentives(found, gates)
    told = [_told(found, one) for one in incentives[:MOST]]
    if len(incentives) > MOST:
        told.append(f"And {count(len(incentives) - MOST, 'more hidden incentive')}.")
    if not told and (gates or any(agent.pursues != agent.label for agent in found.model.agents.values())):
        agents = count(len(found.agents), "agent")
        told = [f"None of {agents} has an incentive to control a variable that its label does not show."]
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
    """Those that are open in most replicas first, the stronger ones before the weaker."""
    of_agents: dict[tuple[str, bytes, bytes], Incentive] = {}
    for (quantity, agent, variable), (way, is_open) in found_routes(found.study, found.mine).items():
        if quantity == "hidden":
            sizes = [np.where(gate.size > 0.0, gate.size, 1.0) for gate in _on(way, agent, gates)]
            strength = np.prod(sizes, axis=0) * np.ones(found.replicas)
            key = agent, is_open.tobytes(), strength.tobytes()
            of_agents.setdefault(key, Incentive({agent: {}}, is_open, strength)).ways[agent][variable] = way
    alike: dict[object, Incentive] = {}
    for (agent, where, how), one in of_agents.items():
        alike.setdefault((where, how, *one.ways[agent]), one).ways[agent] = one.ways[agent]
    return sorted(alike.values(), key=lambda one: (-one.open.sum(), -one.strength[one.open > 0].max()))


def _on(way: str, agent: str, gates: Sequence[Gate]) -> list[Gate]:
    """The gates of the agent that stand on a way."""
    steps = set(re.split(" [→⇝] ", way))
    return [gate for gate in gates if gate.agent == agent and gate.step in steps]


def _told(found: Findings, one: Incentive) -> str:
    """ "critic has an incentive to control world, which its label does not show (bias → world → declared), …" """
    replicas = np.flatnonzero(one.open)
    names, ways = list(one.ways), next(iter(one.ways.values()))
    has, shows = ("has", "its label does") if len(names) == 1 else ("each have", "their labels do")
    written = "; ".join([*ways.values()][:WAYS]) + ("; …" if len(ways) > WAYS else "")
    text = f"{listing(names)} {has} an incentive to control {listing(list(ways))}, which {shows} not show ({written})"
    if found.replicas > 1:
        where = only_within(found, replicas)
        everywhere = len(replicas) == found.replicas
        text += " in every replica" if everywhere else f" in {share(len(replicas) / found.replicas)} of the replicas"
        text += f" ({where})" if where else ""
    strength = one.strength[replicas]
    how = "" if (strength == 1.0).all() else f", at strength {spread(strength, low=0, high=1, about='range ')}"
    return f"{text}{how}."


def _beside(gates: Sequence[Gate], incentives: Sequence[Incentive]) -> list[str]:
    """The gates that are on no hidden way: those that are open anyhow, and those that are closed."""
    ways = [(agent, way) for one in incentives for agent, own in one.ways.items() for way in own.values()]
    on_some = [gate for agent, way in ways for gate in _on(way, agent, gates)]
    left = [gate for gate in gates if not any(gate is other for other in on_some)]
    named = {
        "Open, but leading to no hidden variable": [f"{g.agent}'s {g.name} ({g.range})" for g in left if g.size.any()],
        "Closed, at 0 in every replica": [f"{g.agent}'s {g.name}" for g in left if not g.size.any()],
    }
    return [f"{what}: {listing(names, MOST)}." for what, names in named.items() if names]
