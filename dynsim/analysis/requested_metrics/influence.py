"""The influence of each agent's moves on the state and on all objectives, by counterfactual runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Floats, Integers
from ...record.recording import Block
from ...settings import number
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study
from ..variants.replay import at_end, either_diverged, paired_blocks, replayed, silenced
from .base import REQUESTED_METRICS, RequestedMetric

EXACT = 8  # agents, up to which all coalitions are simulated
STATE, BASE = "all state variables", "base objective"


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Influence(RequestedMetric):
    """The effect of agent i's moves: against the same run without them (ablation), and as a Shapley value.

    The metric compares runs in which some agents never move, with the same noise. x is the state, |x| the Euclidean
    norm over all state variables, x^S the run in which only the agents in S move, N the set of all agents.

        ablation at the end         |x − x^(N∖i)| at the last recorded tick
        ablation over time          its mean over the recorded ticks
        Shapley value               φ_i = Σ_S |S|! (n−|S|−1)!/n! (v(S ∪ i) − v(S)) over S without i (Shapley 1953)

    The outcome v(S) in row a is agent a's effective objective E_a at the end of x^S, the base objective there, or for
    all state variables |x − x^(N∖S)| at the end. Objectives are minimised: a positive value is harm. The values of all
    agents add up to v(N) − v(∅), so that joint effects are shared among the agents.

    For up to 8 agents the Shapley value is exact. For more, it is a mean over random orders of the agents (Castro et
    al. 2009), the same orders in all replicas, and "standard error of sampling" is that of this mean within a replica.
    Rules that anticipate other agents' learning still expect silent agents to learn.
    """

    name: ClassVar[str] = "influence"
    heading: ClassVar[str] = "What would be different without an agent's moves?"
    caption: ClassVar[str] = (
        "Column: the mover. Row: what it affects. Ablation: how far the state lies from that of the same run without "
        "its moves. Shapley value: its part in what all moves did together; for objectives, positive (red) is harm."
    )
    value: ClassVar[str] = "influence"
    shape: ClassVar = "matrix"

    samples: float = number(50, at_least=2, whole=True, doc="random orders of the agents, where there are more than 8")

    def values(self, study: Study) -> ReplicaValues:
        agents = study.observables.agents
        at_last, over_time = _ablations(study)
        outcomes = [STATE, *agents, *([BASE] if study.program.base is not None else [])]
        orders = None if len(agents) <= EXACT else _orders(study, len(agents), int(self.samples))
        marginal = _marginals(study, orders)
        keys = [("ablation at the end", STATE, agent) for agent in agents]
        keys += [("ablation over time", STATE, agent) for agent in agents]
        keys += [("Shapley value", outcome, agent) for outcome in outcomes for agent in agents]
        rows = [at_last, over_time, marginal.mean(axis=0).reshape(-1, study.replicas)]
        if orders is not None:
            keys += [("standard error of sampling", outcome, agent) for outcome in outcomes for agent in agents]
            error = marginal.std(axis=0, ddof=1) / np.sqrt(len(marginal))
            rows.append(error.reshape(-1, study.replicas))
        columns = dict(zip(("quantity", "a", "b"), zip(*keys, strict=True), strict=True))
        return ReplicaValues(pd.DataFrame(columns), np.concatenate(rows))


def _ablations(study: Study) -> tuple[Floats, Floats]:
    """|x − x^(N∖i)| of every agent i at the end, and its mean over the ticks, (n, R) each."""
    last, mean = [], []
    for variant in silenced(study, [[agent] for agent in study.observables.agents]):
        (alone,) = replayed(study, [variant])
        total, distance = np.zeros(study.replicas), np.zeros((1, study.replicas))
        for mine, other in paired_blocks(study.recording, alone):
            distance = _distance(study, mine, other)
            total += distance.sum(axis=0)
        lost = either_diverged(study.recording, alone)
        last.append(np.where(lost, np.nan, distance[-1]))
        mean.append(np.where(lost, np.nan, total / len(study.times)))
    return np.stack(last), np.stack(mean)


def _distance(study: Study, one: Block, other: Block) -> Floats:
    """The Euclidean distance over all state variables, (K, R)."""
    squares = np.zeros((one.ticks, study.replicas))
    with np.errstate(all="ignore"):
        for slot in study.observables.slots:
            difference = one.values[slot.name] - other.values[slot.name]
            squares += np.square(difference.reshape(one.ticks, -1, study.replicas)).sum(axis=1)
    return np.sqrt(squares)


def _orders(study: Study, n: int, samples: int) -> Integers:
    """Random orders of the agents, (samples, n)."""
    assert study.model is not None
    rng = np.random.default_rng([study.model.ensemble.seed, n, samples])
    return np.array([rng.permutation(n) for _ in range(samples)])


def _marginals(study: Study, orders: Integers | None) -> Floats:
    """What every agent adds to every outcome in each order, (orders, outcomes, n, R). Without orders the Shapley
    values, (1, outcomes, n, R)."""
    n = len(study.observables.agents)
    if orders is None:
        everyone = range(n)
        sets = [frozenset(s) for size in range(n + 1) for s in combinations(everyone, size)]
        values = dict(zip(sets, _outcomes(study, sets), strict=True))
        return np.stack([_shapley(values, i, n) for i in everyone], axis=1)[None]
    chains = [[frozenset(order[:k].tolist()) for k in range(n + 1)] for order in orders]
    sets = list(dict.fromkeys(s for chain in chains for s in chain))
    values = dict(zip(sets, _outcomes(study, sets), strict=True))
    shape = next(iter(values.values())).shape
    result = np.empty((len(orders), shape[0], n, shape[1]))
    for added, order, chain in zip(result, orders, chains, strict=True):
        for k, i in enumerate(order):
            with np.errstate(invalid="ignore"):
                added[:, i] = values[chain[k + 1]] - values[chain[k]]
    return result


def _shapley(values: dict[frozenset[int], Floats], i: int, n: int) -> Floats:
    """The Shapley value φ_i of every outcome, (outcomes, R)."""
    with np.errstate(invalid="ignore"):
        added = [(values[s | {i}] - values[s]) / (n * comb(n - 1, len(s))) for s in values if i not in s]
        return np.sum(added, axis=0)


def _outcomes(study: Study, sets: Sequence[frozenset[int]]) -> list[Floats]:
    """v(S) of every outcome, (outcomes, R), for each of these sets of agents that move.

    The distance to the full run needs the run of N∖S, so the complements are simulated too.
    """
    seen, program = study.observables, study.program
    agents = seen.agents
    complements = [frozenset(range(len(agents))) - s for s in sets]
    every = list(dict.fromkeys([*sets, *complements, frozenset(range(len(agents)))]))
    wanted = [*seen.objectives, *([] if program.base is None else [program.base])]
    states = [seen.symbol(slot) for slot in seen.slots]
    found: dict[frozenset[int], tuple[Floats, Floats]] = {}
    variants = silenced(study, [[name for k, name in enumerate(agents) if k not in s] for s in every])
    for s, recording in zip(every, replayed(study, variants, ends=True), strict=True):
        values = at_end(program, recording, [*wanted, *states])
        position = np.concatenate([x.reshape(-1, study.replicas) for x in values[len(wanted):]])
        found[s] = np.stack(values[: len(wanted)]), position
    full = found[frozenset(range(len(agents)))][1]
    with np.errstate(all="ignore"):
        distances = [np.sqrt(np.square(full - found[complement][1]).sum(axis=0)) for complement in complements]
    return [np.concatenate([d[None], found[s][0]]) for d, s in zip(distances, sets, strict=True)]
