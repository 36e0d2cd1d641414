"""The normal form of the game between agents that mix: the payoffs of all profiles of pure strategies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...algebra.structural import total
from ...arrays import Floats, Integers
from ...compiler.program import AgentProgram
from ...errors import InputError
from ...record.recording import Block
from ..reading.random_numbers import random_numbers_of
from ..reading.study import Study
from .feasible_set import FeasibleSet
from .linearity import affine

PROFILES = 1 << 12  # the largest table
EQUAL = 1e-12  # of the largest payoff: smaller differences count as none


@dataclass(frozen=True)
class NormalForm:
    """agents: those that control one whole simplex each, and nothing else. payoffs: −E_i at pure profiles with
    everything else unchanged, (agents, n_1, …, n_K, r)."""

    agents: tuple[AgentProgram, ...]
    payoffs: Floats

    @property
    def options(self) -> list[tuple[str, ...]]:
        """The shares that every agent controls: its pure strategies."""
        return [agent.controls for agent in self.agents]

    def symmetric(self) -> bool:
        """Whether the game is a symmetric one of two agents: either gets in the other's place what the other gets."""
        if len(self.agents) != 2 or self.payoffs.shape[1] != self.payoffs.shape[2]:
            return False
        own, others = self.payoffs
        apart = np.abs(own - others.swapaxes(0, 1))
        return bool((apart <= EQUAL * np.abs(self.payoffs).max()).all())


def mixing(study: Study) -> tuple[AgentProgram, ...]:
    """The agents that mix: each controls one whole simplex, shares it with no other agent, and controls nothing else.
    InputError if there are none."""
    agents = [agent for agent in study.program.agents if _whole(study, agent)]
    held = [v for agent in study.program.agents for v in agent.controls]
    agents = [agent for agent in agents if all(held.count(v) == 1 for v in agent.controls)]
    if not agents:
        raise InputError("no agent here mixes between options: none controls the whole of one simplex and nothing else")
    return tuple(agents)


def _whole(study: Study, agent: AgentProgram) -> bool:
    if not agent.controls or any(move.domain.kind != "scalar" for move in agent.moves.values()):
        return False
    try:
        parts = FeasibleSet.of(study.model, agent.controls).parts
    except InputError:  # a part of a simplex
        return False
    return len(parts) == 1 and parts[0][0].kind == "simplex" and agent.objective.domain.kind == "scalar"


def normal_form(study: Study, tick: Block, replicas: Integers) -> NormalForm:
    """The payoffs in these replicas at a block of one tick. InputError for more than PROFILES profiles."""
    agents = mixing(study)
    sizes = [len(agent.controls) for agent in agents]
    count = int(np.prod([float(size) for size in sizes]))
    if count > PROFILES:
        raise InputError(f"there are {count:,} profiles of pure strategies, and at most {PROFILES:,} are looked at")
    profiles = np.indices(sizes).reshape(len(sizes), -1)
    pure = {
        name: (profiles[i] == k).astype(float)[:, None]
        for i, agent in enumerate(agents) for k, name in enumerate(agent.controls)
    }
    found = _at(study, tick, replicas, [total(agent.objective) for agent in agents], pure, count)
    return NormalForm(agents, -found.reshape(len(agents), *sizes, len(replicas)))


def one_population(study: Study, tick: Block, replicas: Integers) -> tuple[tuple[str, ...], Floats]:
    """The strategies of one population that plays a symmetric game, and the payoffs u_kl of k against l, (n, n, r).

    With two agents that mix in a symmetric game, u is the table of the first one. With one agent that mixes, its shares
    are those of the population, and u_kl = −ξ_k where all play l, ξ the agent's gradient as it sees it. ξ has to be
    linear in the shares: individuals then meet in pairs. InputError for other systems.
    """
    agents = mixing(study)
    if len(agents) == 2:
        form = normal_form(study, tick, replicas)
        if form.symmetric():
            return agents[0].controls, form.payoffs[0]
    if len(agents) != 1:
        raise InputError(
            "one population is one agent that mixes, or two who get the same in each other's place, and here mix "
            + ", ".join(agent.name for agent in agents)
        )
    (agent,) = agents
    slopes = [agent.gradient[v] for v in agent.controls]
    if not affine(slopes, [study.program.graph.symbol(v) for v in agent.controls]):
        raise InputError(f"the payoffs of {agent.name!r} are not linear in its shares: nobody meets in pairs")
    n = len(agent.controls)
    pure = {name: np.eye(n)[k][:, None] for k, name in enumerate(agent.controls)}
    return agent.controls, -_at(study, tick, replicas, slopes, pure, n)


def _at(
    study: Study, tick: Block, replicas: Integers, exprs: Sequence[Expr], pure: dict[str, Floats], count: int
) -> Floats:
    """Expressions with the values in `pure` replaced, (len, count, r)."""
    values: dict[str, Any] = {name: p[replicas] for name, p in study.recording.parameters.items()}
    values |= {name: _batched(array[0][..., replicas]) for name, array in tick.values.items()}
    values |= random_numbers_of(study.program, study.recording, exprs, tick.times[0], replicas)
    found = evaluate(exprs, values | pure, study.program.topologies, tick.times[0])
    return np.stack([np.broadcast_to(row, (count, len(replicas))) for row in found])


def _batched(values: Floats) -> Floats:
    """A slot's values with an axis for profiles: (r,), or of a population (n, 1, r)."""
    return values if values.ndim == 1 else values[:, None]


def for_each_table(tables: Floats, compute: Callable[[Floats], Floats]) -> Floats:
    """The results of `compute` for the table of every replica, flattened, (k, r). tables: (…, r).

    Equal tables are computed once. NaN where a table is not finite.
    """
    unique, place = np.unique(tables.reshape(-1, tables.shape[-1]).T, axis=0, return_inverse=True)
    shape = tables.shape[:-1]
    found = [compute(row.reshape(shape)).ravel() if np.isfinite(row).all() else None for row in unique]
    size = max([0, *(len(x) for x in found if x is not None)])
    rows = np.stack([np.full(size, np.nan) if x is None else x for x in found])
    return rows[place.ravel()].T
