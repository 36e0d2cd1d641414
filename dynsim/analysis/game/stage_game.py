"""The stage game of one replica: the game at one state, as functions of what the agents control."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from ...algebra.differentiate import jvp
from ...algebra.graph import Expr
from ...algebra.interpret import evaluate
from ...arrays import Floats
from ...errors import InputError
from ...record.recording import Block
from ..reading.random_numbers import random_numbers_of
from ..reading.study import Study
from .feasible_set import FeasibleSet
from .game_jacobian import GameJacobian

POINTS = 8  # random points at which second derivatives are tested for 0


@dataclass(frozen=True)
class StageGame:
    """The game of one replica as functions of the controlled numbers. Everything else is as at a block of one tick."""

    study: Study
    tick: Block
    jacobian: GameJacobian
    feasible: FeasibleSet
    xi: tuple[Expr, ...]
    fixed: dict[str, Any] = field(repr=False)

    @staticmethod
    def of(study: Study, tick: Block, replica: int) -> StageGame:
        """The game at this tick. InputError where several agents move one number, or an agent moves a population."""
        jacobian = GameJacobian.of(study)
        names = [v for _, v in jacobian.levers]
        shared = sorted({v for v in names if names.count(v) > 1})
        if shared:
            raise InputError(
                f"several agents move {', '.join(map(repr, shared))}: where they balance depends on how fast each is, "
                "and is no fixed point of the game"
            )
        feasible = FeasibleSet.of(study.model, names)
        owners = [i for i, _ in jacobian.levers]
        for space, mine in feasible.parts:
            if space.kind == "simplex" and len({owners[k] for k in mine}) > 1:
                raise InputError("several agents move shares of one simplex: none of them can change its own alone")
        xi = tuple(study.program.agents[i].gradient[v] for i, v in jacobian.levers)
        fixed = {name: p[replica] for name, p in study.recording.parameters.items()}
        fixed |= {name: array[0][..., replica] for name, array in tick.values.items()}
        fixed |= random_numbers_of(study.program, study.recording, xi, tick.times[0], replica)
        return StageGame(study, tick, jacobian, feasible, xi, fixed)

    def slopes(self, x: Floats) -> Floats:
        """ξ at points (…, d)."""
        return self._evaluated(self.xi, x)

    def curvature(self, x: Floats) -> Floats:
        """J at points (…, d), (…, d, d)."""
        flat = self._evaluated([e for row in self.jacobian.entries for e in row], x)
        return flat.reshape(*x.shape, x.shape[-1])

    @cached_property
    def rows(self) -> dict[int, list[int]]:
        """By agent, the numbers that it controls."""
        found: dict[int, list[int]] = {}
        for k, (i, _) in enumerate(self.jacobian.levers):
            found.setdefault(i, []).append(k)
        return found

    def own_curvature(self, agent: int, x: Floats) -> Floats:
        """The second derivatives by the agent's own controls at points (…, d), with its path factors applied."""
        n = len(self.rows[agent])
        return self._evaluated([e for row in self._own[agent] for e in row], x).reshape(*x.shape[:-1], n, n)

    def linear(self, agent: int) -> bool:
        """Whether these second derivatives vanish, here and at some random points. A point that satisfies the
        first-order condition is then a best response."""
        here = np.array([self.fixed[name] for name in self.feasible.names])
        return not self.own_curvature(agent, self.feasible.starts(here, POINTS).T).any()

    @cached_property
    def _own(self) -> dict[int, list[tuple[Expr, ...]]]:
        found = {}
        for i, rows in self.rows.items():
            name = self.study.program.agents[i].name
            factors = {} if self.study.model is None else self.study.model.agents[name].paths
            symbols = [self.study.program.graph.symbol(self.feasible.names[k]) for k in rows]
            columns = [jvp([self.xi[k] for k in rows], [symbol], [1.0], factors) for symbol in symbols]
            found[i] = list(zip(*columns, strict=True))
        return found

    def _evaluated(self, exprs: Sequence[Expr], x: Floats) -> Floats:
        """(…, len)."""
        values = self.fixed | dict(zip(self.feasible.names, np.moveaxis(x, -1, 0), strict=True))
        found = evaluate(exprs, values, self.study.program.topologies, self.tick.times[0])
        return np.stack([np.broadcast_to(row, x.shape[:-1]) for row in found], axis=-1)
