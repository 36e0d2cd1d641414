"""What the compiler works on: a system after its learning rules were applied, as expressions of slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np

from ..algebra.domain import SCALAR, Domain
from ..algebra.graph import Expr, Graph
from ..algebra.nodes import Node
from ..algebra.topology import Topology
from ..arrays import Floats
from ..selection.base import Scheme
from ..system.model import Clock, Groups

ROUNDING = 1e-6  # of a time, in steps

Role = Literal["parameter", "state", "memory", "switch"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one number per replica (or one per node and replica).

    Roles: a parameter; a state variable's component; a rule's memory; a switch (an agent's activity, an event that
    has fired).
    """

    name: str
    domain: Domain = SCALAR
    role: Role = "state"


class LabelMoves(Protocol):
    """How an agent would move if its label alone were its objective; worked out only when asked for."""

    def moves(self) -> Mapping[str, Expr]:
        """The move of every controlled slot."""
        ...


@dataclass(frozen=True)
class AgentProgram:
    """What an agent wants and does, as functions of the state.

    objective: E_i = pursues_i + Σ_j C_ij declared_j.
    gradient: ξ_i, the gradient of the objective by the agent's own controls as the agent sees it: with path factors,
      horizon, and others' learning.
    declared_gradient: the gradient of the declared objective alone, with path factors and horizon.
    moves: gain · move of every controlled slot, per step (discrete) or per unit of time (continuous), before the
      projection to the slot's space.
    goals: the slots that stand for what it wants.
    label: the moves by its label alone; None if the label is what moves it.
    """

    name: str
    controls: tuple[str, ...]
    objective: Expr
    declared: Expr
    pursues: Expr
    gradient: Mapping[str, Expr]
    declared_gradient: Mapping[str, Expr]
    moves: Mapping[str, Expr]
    goals: tuple[str, ...] = ()
    label: LabelMoves | None = None

    @cached_property
    def label_moves(self) -> Mapping[str, Expr]:
        """The moves that its own rule would make, at the same state and memory and with the same random numbers, if
        it descended its label alone. InputError where the rule cannot do that."""
        return self.moves if self.label is None else self.label.moves()


@dataclass(frozen=True)
class EventProgram:
    """When `condition` first holds, the slot `fired` becomes 1 and every assigned slot takes its new value.

    time: if the condition includes t ≥ time; an adaptive step then ends exactly there. watched: if the condition
    depends on more than time; an adaptive step across the moment when it comes true is then repeated, shorter, until it
    ends at that moment.
    """

    name: str
    fired: str
    condition: Expr
    assignments: Mapping[str, Expr]
    time: Expr | None = None
    watched: bool = False


@dataclass(frozen=True)
class SelectionProgram:
    """What happens when a generation ends, every `period` ticks (engine/selection.py).

    fitness, group_fitness: functions of the state at that moment (None: groups compete by the fitness of their
      systems). counters: slots that add up over a lifetime.
    heritable: by slot, a child's value as an expression of its parent's state and of random numbers.
    newborn: the initial values of all other slots with memory. means: by slot, what is averaged over a group.
    """

    period: int
    fitness: Expr
    group_fitness: Expr | None
    counters: tuple[str, ...]
    heritable: Mapping[str, Expr]
    newborn: Mapping[str, Expr]
    means: Mapping[str, Expr]
    scheme: Scheme
    populations: int
    groups: Groups | None


@dataclass(frozen=True, eq=False)
class Program:
    """A system ready to be compiled, interpreted and analysed. Equal to itself alone.

    In a tick, events fire, the state is recorded, and the step is made. On a discrete clock the step is `stages`, one
    after the other, each computing new values from those before it. On a continuous clock it integrates
    dx = drift dt + diffusion dW and then applies `projection`.

    parameters: slots that stay constant in a run. states: slots with memory, among them parameters that an event
      changes.
    flows, noises (amplitudes): what moves the state besides agents, kept apart from their moves for the ledger.
    derived: the named values a user may want recorded.
    base, base_goals: the designers' objective, if one is stated, and the slots that stand for what they want.
    phases: when each begins and ends. Each is in force at its beginning and no longer at its end, the last one at both.
    streams: the name of the random stream of a slot's initial value and noise, where that is not the slot's name.
    start: what the ensemble's replicas start from in place of `initial`, (R,) by scalar slot, (n, R) by population
      slot.
    """

    title: str
    graph: Graph
    topologies: Mapping[str, Topology]
    clock: Clock
    parameters: tuple[Slot, ...]
    states: tuple[Slot, ...]
    initial: Mapping[str, Expr]
    events: tuple[EventProgram, ...] = ()
    stages: tuple[Mapping[str, Expr], ...] = ()
    drift: Mapping[str, Expr] = field(default_factory=dict)
    diffusion: Mapping[str, Expr] = field(default_factory=dict)
    projection: Mapping[str, Expr] = field(default_factory=dict)
    flows: Mapping[str, Expr] = field(default_factory=dict)
    noises: Mapping[str, Expr] = field(default_factory=dict)
    derived: Mapping[str, Expr] = field(default_factory=dict)
    agents: tuple[AgentProgram, ...] = ()
    base: Expr | None = None
    base_goals: tuple[str, ...] = ()
    phases: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    selection: SelectionProgram | None = None
    streams: Mapping[str, str] = field(default_factory=dict)
    start: Mapping[str, Floats] = field(default_factory=dict)

    @cached_property
    def wiener(self) -> dict[str, Node]:
        """The random number behind the noise of every slot that has some."""
        noisy = {**self.noises, **self.diffusion}
        return {slot: Node("noise", (), self.streams.get(slot, slot), e.domain) for slot, e in noisy.items()}

    @property
    def updates(self) -> tuple[Mapping[str, Expr], ...]:
        """All mappings, by slot, that make a step: the stages, or drift, diffusion and projection."""
        return (*self.stages, self.drift, self.diffusion, self.projection)

    @cached_property
    def computed(self) -> list[Expr]:
        """Everything that a step computes."""
        stages = [e for stage in self.stages for e in stage.values()]
        return [*stages, *self.drift.values(), *self.diffusion.values()]

    @cached_property
    def random(self) -> bool:
        """Whether a step has random numbers: of noise, of a rule, or of an expression."""
        return bool(self.noises) or bool(self.graph.random(self.computed))

    def step_at(self, times: Any) -> Any:
        """The numbers of the steps that begin at these times, if steps have a fixed length.

        Times are sums of dt, so that 3 steps may end at 3.0000000000000004: rounding must not make 4 of it.
        """
        if not self.clock.continuous or self.clock.dt is None:
            return times
        return np.ceil(np.asarray(times) / self.clock.dt - ROUNDING)
