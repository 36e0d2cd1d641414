"""Jacobians: of the agents' gradients (the game) and of everything that moves (the dynamics).

Derivatives are exact, taken of the expressions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...algebra.differentiate import jvp
from ...algebra.graph import Expr
from ...arrays import Floats
from ...compiler.applying.game import Game
from ...compiler.applying.learning import with_learning
from ...compiler.program import Program
from ...errors import InputError
from ...record.recording import Block
from ...system.ticks import first_step
from ..reading.chance import without_noise
from ..reading.sampling import evaluated
from ..reading.study import Study, width
from .tangent import Tangent

MOST = 500  # numbers that move: beyond that, eigenvalues take minutes
WORKING = 1 << 22  # numbers of one evaluated expression
CONTACT = 1e-6  # of a step: how far ahead a drift is followed to see whether it runs into the bounds


@dataclass(frozen=True)
class GameJacobian:
    """J = Dξ, ξ_i the gradient of agent i's effective objective by what it controls, path factors applied.

    levers: (agent, controlled slot) of every row and column. Where agents share a variable, each has a row and a column
    of its own: their displacements add. entries: J_(i,v),(j,w) = ∂ξ_iv/∂x_w.
    """

    levers: tuple[tuple[int, str], ...]
    entries: tuple[tuple[Expr, ...], ...]

    @staticmethod
    def of(study: Study) -> GameJacobian:
        """InputError where an agent moves a population."""
        program = study.program
        xi = _gradients(study)
        for i, parts in xi.items():
            if any(e.domain.kind != "scalar" for e in parts.values()):
                name = program.agents[i].name
                raise InputError(f"agent {name!r} moves a population: the Jacobian of a game is only made of scalars")
        levers = tuple((i, v) for i, parts in xi.items() for v in parts)
        symbols = {v: program.graph.symbol(v) for _, v in levers}
        outputs = [e for parts in xi.values() for e in parts.values()]
        columns = {v: jvp(outputs, [symbol], [1.0]) for v, symbol in symbols.items()}
        rows = tuple(tuple(columns[v][k] for _, v in levers) for k in range(len(levers)))
        return GameJacobian(levers, rows)

    def values(self, study: Study, block: Block) -> Floats:
        """(K, R, n, n)."""
        n = len(self.levers)
        found = evaluated(study, block, [e for row in self.entries for e in row])
        return np.moveaxis(found.reshape(n, n, *found.shape[1:]), (0, 1), (2, 3))


def _gradients(study: Study) -> dict[int, dict[str, Expr]]:
    """ξ of all agents at one and the same state, also where they move one after the other."""
    agents = study.program.agents
    if study.model is None or study.model.clock.order is None:
        return {i: dict(agent.gradient) for i, agent in enumerate(agents)}
    game = with_learning(Game(study.model))
    return {i: dict(zip(agent.controls, game.xi[agent.name], strict=True)) for i, agent in enumerate(agents)}


def dynamics_jacobian(study: Study, block: Block, steps: int = 1) -> Floats:
    """(K, R, N, N): ∂(dx/dt)/∂x on a continuous clock, on a discrete one ∂x(t + steps)/∂x(t).

    x are all numbers that move, in the order of `Tangent(program).moving`: state variables, a population's node by
    node, and the rules' memory. Bounds count: the derivative of the projection is applied. On a continuous clock it is
    that of a projected Euler step of length h, CONTACT of the clock's: a perturbation against a bound that the drift
    presses on decays at the rate 1/h. The variables' own noise is left out: it is at its mean, 0. What rules draw is
    what they drew in these very steps: the derivative is that of the step that was made. InputError where there are
    more than MOST numbers.
    """
    program = study.program
    tangent = Tangent(program)
    widths = {slot.name: width(program, slot.domain.population) for slot in tangent.moving}
    n = sum(widths.values())
    if n > MOST:
        raise InputError(f"{n} numbers move here, and eigenvalues are only taken of up to {MOST}")
    if not n:
        raise InputError("nothing moves here")
    edges = [topology.m for topology in program.topologies.values()]
    together = max(1, WORKING // (n * block.ticks * max([*widths.values(), *edges])))
    parts = []
    for first in range(0, study.replicas, together):
        chosen = slice(first, first + together)
        values: dict[str, Any] = {name: p[chosen] for name, p in study.recording.parameters.items()}
        for name, array in block.values.items():
            values[name] = array[:, chosen] if array.ndim == 2 else np.moveaxis(array[:, :, chosen], 1, 0)
        unit, times = _unit(widths, program), block.times[:, None]
        if program.clock.continuous:
            values |= without_noise(program, study.recording, program.drift.values(), times, chosen)
            found = tangent.rates(values, unit, times, CONTACT * first_step(program.clock))
        else:
            found = unit
            for k in range(steps):
                numbers = without_noise(program, study.recording, program.computed, times + k, chosen)
                values, found = tangent.after_step(values, found, times + k, numbers)
        shape = (n, block.ticks, values[tangent.moving[0].name].shape[-1])
        rows = [np.broadcast_to(x, (*x.shape[:-3], *shape)).reshape(-1, *shape) for x in found.values()]
        parts.append(np.moveaxis(np.concatenate(rows), (0, 1), (2, 3)))
    return np.concatenate(parts, axis=1)


def _unit(widths: Mapping[str, int], program: Program) -> dict[str, Floats]:
    """The unit vectors as perturbations: per slot (N, 1, 1), of a population (n, N, 1, 1)."""
    populations = {slot.name for slot in program.states if slot.domain.kind != "scalar"}
    identity = np.eye(sum(widths.values()))[:, :, None, None]
    result, start = {}, 0
    for name, size in widths.items():
        result[name] = identity[start : start + size] if name in populations else identity[start]
        start += size
    return result
