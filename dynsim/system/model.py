"""A system as the user means it: frozen records with every expression resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ..algebra.differentiate import substitute
from ..algebra.graph import Expr, Graph
from ..algebra.topology import Topology
from ..algebra.vector import Vector

if TYPE_CHECKING:
    from ..games.base import Game
    from ..rules.base import Rule
    from ..selection.base import Scheme

Value = Expr | Vector


@dataclass(frozen=True)
class Population:
    """A set of nodes and the graph between them; `spec` is what the user wrote to get it."""

    name: str
    topology: Topology
    spec: Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A number (shape ()), vector or matrix of numbers that is fixed during a run."""

    name: str
    shape: tuple[int, ...]
    value: Any


@dataclass(frozen=True)
class Space:
    """Where a state variable lives; a step that leaves it is projected back (a circle wraps into [−π, π))."""

    kind: Literal["real", "box", "simplex", "circle"] = "real"
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Variable:
    """A state variable (init, flow, noise) or a derived one (expr). symbols: its components in expressions. draw: what
    its random numbers are named after."""

    name: str
    kind: Literal["state", "derived"]
    symbols: Value
    shape: tuple[int, ...] = ()
    population: str | None = None
    space: Space = Space()
    init: Value | None = None
    flow: Value | None = None
    noise: Value | None = None
    expr: Value | None = None
    stream: str = ""


@dataclass(frozen=True)
class Agent:
    """A sub-optimizer. controls maps a state variable (or a component, "x[1]") to its gain. goals: the components that
    stand for what it wants. paths: by component, factors on the gradient through derived variables and, with a horizon
    (steps, or time), through variables that flow. learning: by agent, factors on the gradient through its learning.
    during: the phases in which it moves; without them it always does. percepts: what stands in for a phase in its eyes;
    pursues and rule have them, declared has not. acts: the condition under which it moves at all, which no scenario
    states but variants of one do.
    """

    name: str
    controls: Mapping[str, Expr]
    declared: Expr
    pursues: Expr
    rule: Rule
    credit: Mapping[str, Expr] = field(default_factory=dict)
    paths: Mapping[str, Expr] = field(default_factory=dict)
    every: int = 1
    goals: tuple[str, ...] = ()
    horizon: float | Literal["fixed_point"] | None = None
    learning: Mapping[str, Expr] = field(default_factory=dict)
    during: tuple[str, ...] = ()
    percepts: Mapping[Expr, Expr] = field(default_factory=dict)
    acts: Expr | None = None

    @property
    def label(self) -> Expr:
        """What it declares, in its own eyes: what it descends if it descends nothing else."""
        return substitute([self.declared], dict(self.percepts))[0] if self.percepts else self.declared


@dataclass(frozen=True)
class Base:
    """What the designers want of the whole: an objective that no agent need descend, and what stands for it."""

    objective: Expr
    goals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """At a time, or when a condition first holds: set slots, silence or restore agents."""

    name: str
    at: Expr | None = None
    when: Expr | None = None
    set: Mapping[str, Expr] = field(default_factory=dict)
    silence: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()


@dataclass(frozen=True)
class Groups:
    """Groups of systems within a population. fitness: None where the systems' own counts."""

    count: int
    scheme: Scheme | None = None
    fitness: Expr | None = None
    every: int = 1
    migration: Expr | None = None


@dataclass(frozen=True)
class Selection:
    """Selection between replicas as systems, at the end of every lifetime of `every` (steps, or time).

    heritable: by component, what a child has from its parent, with draws for mutation; None for an exact copy. means:
    by name, what is averaged over the systems of a group at the start of a generation.
    """

    fitness: Expr
    over: Literal["mean", "sum", "end"]
    every: float
    scheme: Scheme
    heritable: Mapping[str, Expr | None]
    populations: int = 1
    groups: Groups | None = None
    means: Mapping[str, Expr] = field(default_factory=dict)


@dataclass(frozen=True)
class Clock:
    """Discrete: `steps` of which `order` says who moves when (None: all at once). Continuous: `time` with a `method`.

    dt is the step of a fixed-step method and the first step of an adaptive one, whose error per step is held to
    atol + rtol·|x|.
    """

    steps: int | None = None
    order: tuple[str, ...] | None = None
    time: float | None = None
    dt: float | None = None
    method: str = "rk4"
    rtol: float = 1e-6
    atol: float = 1e-9

    @property
    def continuous(self) -> bool:
        return self.time is not None


@dataclass(frozen=True)
class Sweep:
    """How a parameter differs between replicas: listed values, or one draw per replica. drawn_as: what the draws are
    named after, if not after the parameter."""

    values: tuple[float, ...] | None = None
    text: str = ""
    distribution: Expr | None = None
    stream: str = ""


@dataclass(frozen=True)
class Ensemble:
    """R replicas; `vary` gives each its own value (lists run side by side), `grid` takes all combinations."""

    replicas: int = 1
    seed: int = 0
    vary: Mapping[str, Sweep] = field(default_factory=dict)
    grid: Mapping[str, Sweep] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """What is recorded: every `every` steps (or units of time, for an adaptive method), and which derived values."""

    every: float = 1
    derived: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """A whole system, ready for its learning rules to be applied. phases: when each begins, in the order of time; their
    indicators are among the parameters. games: whose losses are derived variables of the same name. mixed: what games
    take for mixed strategies."""

    title: str
    graph: Graph
    populations: Mapping[str, Population]
    parameters: Mapping[str, Parameter]
    variables: Mapping[str, Variable]
    agents: Mapping[str, Agent]
    events: tuple[Event, ...]
    clock: Clock
    ensemble: Ensemble
    record: Record
    description: str = ""
    base: Base | None = None
    selection: Selection | None = None
    metrics: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    phases: Mapping[str, float] = field(default_factory=dict)
    games: Mapping[str, Game] = field(default_factory=dict)
    mixed: tuple[Value, ...] = ()
