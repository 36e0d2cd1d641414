"""Power: how far the state at rest follows each agent's goals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from ...arrays import Floats
from ...errors import InputError
from ..linearisation.steady_state_response import response
from ..reading.replica_values import ReplicaValues
from ..reading.study import Study
from .base import REQUESTED_METRICS, RequestedMetric

BASE = "base objective"
STATE = "all state variables"


@REQUESTED_METRICS.register
@dataclass(frozen=True)
class Power(RequestedMetric):
    """|∂v/∂φ_i|: how far the state at rest follows a change of agent i's goals φ_i, and i's share among agents.

    v is a state variable, a derived variable that is no agent's objective, or all state variables together. | | is the
    Euclidean norm over the components (nodes) of the goals and the variable. The derivative is that of the state at
    rest, by the implicit function theorem. It is defined in replicas in which nothing moves any more.

        pass_through    |∂v/∂φ_i|, in units of v per unit of the goal: 1 follows it fully, 0 not at all
        share           |∂v/∂φ_i|/Σ_j |∂v/∂φ_j|, the sum over agents; NaN where v follows nobody's goals

    In a tug of war, costs q_i/2 (x − μ_i)² + c_i/2 f_i² with x = Σ f and k_i = q_i/c_i, the pass-through of μ_i to x is
    k_i/(1 + Σk). The goals of the base objective have a pass-through but no share. A goal that is a state variable is
    held at its value. Goals are those that the scenario names as `goals`.
    """

    name: ClassVar[str] = "power"
    heading: ClassVar[str] = "Whose goals does the final state follow?"
    caption: ClassVar[str] = (
        "Row: whose goals change a little; column: what follows. pass_through: how far it follows, per unit of the "
        "goals; share: of what all agents' goals do to it."
    )
    value: ClassVar[str] = "pass-through"
    shape: ClassVar = "matrix"
    example: ClassVar[str] = """
dynsim: 1
title: two who come to rest between their goals
params: {goals: [1.0, -2.0]}
variables: {f: {size: 2, init: 0.0}, x: {expr: "f[0] + f[1]"}}
agents:
  one: {controls: "f[0]", declared: "(x - goals[0])**2 + f[0]**2", goals: "goals[0]", rule: {gradient: {rate: 0.1}}}
  two: {controls: "f[1]", declared: "(x - goals[1])**2 + f[1]**2", goals: "goals[1]", rule: {gradient: {rate: 0.1}}}
clock: {steps: 300}
"""

    def values(self, study: Study) -> ReplicaValues:
        goals = _goals(study)
        found = {name: _norms(study, slots) for name, slots in goals.items()}
        variables = list(next(iter(found.values())))
        through = np.stack([[found[name][v] for v in variables] for name in goals])
        agents = [k for k, name in enumerate(goals) if name != BASE]
        everybody = through[agents].sum(axis=0)
        share = through[agents] / np.where(everybody > 0.0, everybody, np.nan)
        keys = [("pass_through", name, v) for name in goals for v in variables]
        keys += [("share", list(goals)[k], v) for k in agents for v in variables]
        rows = np.concatenate([through.reshape(-1, study.replicas), share.reshape(-1, study.replicas)])
        columns = dict(zip(("quantity", "a", "b"), zip(*keys, strict=True), strict=True))
        return ReplicaValues(pd.DataFrame(columns), rows)


def _goals(study: Study) -> dict[str, tuple[str, ...]]:
    """The goals of all agents that have any, and of the base objective."""
    program = study.program
    goals = {agent.name: agent.goals for agent in program.agents if agent.goals}
    if program.base_goals:
        goals[BASE] = program.base_goals
    if not goals:
        raise InputError("no agent has goals: name the variables or parameters that stand for what it wants as `goals`")
    return goals


def _norms(study: Study, goals: tuple[str, ...]) -> dict[str, Floats]:
    """|∂v/∂φ| of every variable and of all state variables together, (R,) each."""
    seen = study.observables
    states = {slot.name: seen.symbol(slot) for slot in seen.slots}
    objectives = {e for agent in study.program.agents for e in (agent.declared, agent.pursues)}
    derived = {name: e for name, e in study.program.derived.items() if e not in objectives}
    answers = response(study, goals, states | derived)
    norms = {name: _norm(values) for name, values in answers.items()}
    own = [norms[name] for name in states if name not in goals]
    together = np.sqrt(np.sum(np.square(own), axis=0)) if own else np.full(study.replicas, np.nan)
    return {STATE: together, **norms}


def _norm(values: Floats) -> Floats:
    """The Euclidean norm over all axes but the replicas, (R,)."""
    return np.sqrt(np.square(values.reshape(-1, values.shape[-1])).sum(axis=0))
