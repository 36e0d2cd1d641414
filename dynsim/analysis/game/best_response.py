"""Best responses: the least value of an objective over some numbers, with everything else unchanged.

Over several ticks it is the least mean: everything else moves as it did, and the numbers stay at one value.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...algebra.differentiate import gradient
from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...arrays import Floats, Integers
from ...compiler.program import AgentProgram
from ...errors import InputError
from ...record.recording import Block
from ..numerics.projected_gradient import projected_gradient
from ..reading.random_numbers import random_numbers_of
from ..reading.study import Study
from .feasible_set import FeasibleSet

STARTS = 8  # the default number of random starts of a search
EXACTLY, AT_LEAST = "exactly", "at least"  # how well a regret is known, as tables state it
BOTTOMLESS = 1e8  # times 1 + |f| at the start: an objective that falls by more counts as unbounded

def least(
    study: Study, block: Block, objective: Expr, feasible: FeasibleSet, starts: int, replicas: Integers
) -> tuple[Floats, Floats]:
    """The least mean over a block's ticks in each of these replicas, (r,), and the point at which it is reached, (d,
    r).

    feasible: the numbers that the search changes, and where they may lie. starts: the number of random starts. The
    result is an upper bound of the minimum. It is exact where the objective is convex over the feasible set, and where
    its minimum is at a corner (as for objectives that are linear in the shares of a simplex), because corners are among
    the starts. NaN where the objective is unbounded below, and in replicas that diverged.
    """
    current = np.stack([block.values[name][-1, replicas] for name in feasible.names])
    points = feasible.starts(current, starts)
    d, count, r = points.shape
    fixed = {name: p[replicas] for name, p in study.recording.parameters.items()}
    fixed |= {name: _nodes_first(array[..., replicas]) for name, array in block.values.items()}
    symbols = [study.program.graph.symbol(name) for name in feasible.names]
    outputs = [objective, *gradient([objective], symbols)]
    fixed |= random_numbers_of(study.program, study.recording, outputs, block.times[:, None], replicas)

    def evaluated(x: Floats, lanes: Integers) -> tuple[Floats, Floats]:
        own = lanes % r
        values: dict[str, Any] = {name: array[..., own] for name, array in fixed.items()}
        values |= dict(zip(feasible.names, x, strict=True))
        found = evaluate(outputs, values, study.program.topologies, block.times[:, None])
        rows = np.array([np.broadcast_to(row, (block.ticks, *own.shape)).mean(axis=0) for row in found])
        return rows[0], rows[1:]

    with np.errstate(over="ignore", invalid="ignore"):
        x, f, first = projected_gradient(evaluated, feasible.project, points.reshape(d, -1))
    x, f, first = x.reshape(d, count, r), f.reshape(count, r), first.reshape(count, r)
    bottomless = f < first - BOTTOMLESS * (1.0 + np.abs(first))
    best = np.where(np.isfinite(f), f, np.inf).argmin(axis=0)
    lane = np.arange(r)
    wrong = bottomless.any(axis=0) | ~np.isfinite(first[0])
    return np.where(wrong, np.nan, f[best, lane]), np.where(wrong, np.nan, x[:, best, lane])


def single_controllers(study: Study) -> list[AgentProgram]:
    """The agents whose objective and controls are scalars: only for these a best response is searched. InputError if
    there are none."""
    agents = [agent for agent in study.program.agents if agent.objective.domain.kind == "scalar"]
    agents = [agent for agent in agents if all(e.domain.kind == "scalar" for e in agent.moves.values())]
    if not agents:
        raise InputError("every agent here moves a population, for which no best response is searched")
    return agents


def _nodes_first(values: Floats) -> Floats:
    """A slot's record as `evaluate` takes it: (K, r), or of a population (n, K, r) from (K, n, r)."""
    return values if values.ndim == 2 else np.moveaxis(values, 1, 0)
