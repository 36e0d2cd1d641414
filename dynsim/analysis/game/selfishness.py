"""The selfishness level of a game between agents that mix (Apt & Schäfer 2014)."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Any

import numpy as np

from ...algebra.interpret import evaluate
from ...algebra.structural import total
from ...arrays import Floats, Integers
from ...record.recording import Block
from ..reading.random_numbers import random_numbers_of
from ..reading.study import Study
from .feasible_set import FeasibleSet
from .linearity import linear

EQUAL = 1e-9  # of the largest cost: smaller differences count as none


def selfishness_level(
    study: Study, tick: Block, feasible: FeasibleSet, optimum: Floats, replicas: Integers
) -> Floats | None:
    """The least α ≥ 0 for which the social optimum is a Nash equilibrium of the costs c_i + αC; (r,).

    It is the largest temptation (c_i(x°) − c_i(a, x°_−i))/(C(a, x°_−i) − C(x°)) over agents i and their options a that
    pay for i (Apt & Schäfer 2014, section 3); ∞ where such an option costs society nothing. optimum: x°, (d, r), in the
    order of `feasible`. None unless every agent controls one whole simplex in which c_i and C are linear.
    """
    agents = study.program.agents
    simplices = [{feasible.names[k] for k in mine} for space, mine in feasible.parts if space.kind == "simplex"]
    if any(set(agent.controls) not in simplices for agent in agents):
        return None
    costs = [total(agent.declared) for agent in agents]
    welfare = reduce(add, costs)
    symbols = {name: study.program.graph.symbol(name) for name in feasible.names}
    for agent, cost in zip(agents, costs, strict=True):
        if not linear([cost, welfare], [symbols[name] for name in agent.controls]):
            return None
    values: dict[str, Any] = {name: p[replicas] for name, p in study.recording.parameters.items()}
    values |= {name: array[0][..., replicas] for name, array in tick.values.items()}
    values |= dict(zip(feasible.names, optimum, strict=True))
    values |= random_numbers_of(study.program, study.recording, costs, tick.times[0], replicas)

    def at(point: dict[str, Any]) -> Floats:
        found = evaluate([*costs, welfare], values | point, study.program.topologies, tick.times[0])
        return np.array([np.broadcast_to(x, len(replicas)) for x in found])

    here = at({})
    dust = EQUAL * np.abs(here).max(axis=0)
    level = np.zeros(len(replicas))
    for i, agent in enumerate(agents):
        for option in agent.controls:
            there = at({name: np.full(len(replicas), float(name == option)) for name in agent.controls})
            gain, harm = here[i] - there[i], there[-1] - here[-1]
            with np.errstate(divide="ignore", invalid="ignore"):
                temptation = np.where(harm > dust, gain / harm, np.inf)
            level = np.maximum(level, np.where(gain > dust, temptation, 0.0))
    return np.where(np.isfinite(here[-1]), level, np.nan)
