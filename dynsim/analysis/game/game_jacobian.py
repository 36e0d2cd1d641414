"""The Jacobian of a game: how every agent's gradient depends on what all agents control. Derivatives are exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...algebra.differentiate import jvp
from ...algebra.graph import Expr
from ...arrays import Floats
from ...compiler.applying.game import Game
from ...compiler.applying.learning import with_learning
from ...errors import InputError
from ...record.recording import Block
from ..reading.sampling import evaluated
from ..reading.study import Study


@dataclass(frozen=True)
class GameJacobian:
    """J = Dξ, ξ_i the gradient of agent i's effective objective by what it controls, path factors applied.

    levers: (agent, controlled slot) of every row and column. Agents that share a variable have a row and a column each:
    their displacements add. entries: J_(i,v),(j,w) = ∂ξ_iv/∂x_w.
    """

    levers: tuple[tuple[int, str], ...]
    entries: tuple[tuple[Expr, ...], ...]

    @staticmethod
    def of(study: Study) -> GameJacobian:
        """The Jacobian of the study's game. InputError where an agent moves a population."""
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
        """J at every tick of a block, (K, R, n, n)."""
        n = len(self.levers)
        found = evaluated(study, block, [e for row in self.entries for e in row])
        return np.moveaxis(found.reshape(n, n, *found.shape[1:]), (0, 1), (2, 3))


def _gradients(study: Study) -> dict[int, dict[str, Expr]]:
    """ξ of all agents at one state. A program in which agents move in sequence has each gradient at the state that the
    agents before left, so there ξ is derived from the model again."""
    agents = study.program.agents
    if study.model is None or study.model.clock.order is None:
        return {i: dict(agent.gradient) for i, agent in enumerate(agents)}
    game = with_learning(Game(study.model))
    return {i: dict(zip(agent.controls, game.xi[agent.name], strict=True)) for i, agent in enumerate(agents)}
