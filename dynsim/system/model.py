"""The model: a system as frozen dataclasses, with every expression resolved and no learning rule applied yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ..algebra.graph import Expr, Graph
from ..algebra.substitute import substitute
from ..algebra.topology import Topology
from ..algebra.value import Value
from ..arrays import Floats

if TYPE_CHECKING:
    from ..games.base import Game
    from ..rules.base import Rule
    from ..selection.base import Scheme


@dataclass(frozen=True)
class Population:
    """The nodes of a graph and its edges. spec: the scenario's section that it was made from."""

    name: str
    topology: Topology
    spec: Mapping[str, Any]


@dataclass(frozen=True)
class Parameter:
    """A number (shape ()), a vector or a matrix that is fixed during a run, unless an event or selection sets it."""

    name: str
    shape: tuple[int, ...]
    value: Any


@dataclass(frozen=True)
class Space:
    """The set of values of a state variable. A step that leaves it is projected back; a circle wraps into [−π, π).

    low, high: ends of a box, None for an open end.
    """

    kind: Literal["real", "box", "simplex", "circle"] = "real"
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Variable:
    """A state variable (init, flow, noise) or a derived one (expr).

    symbols: its components in expressions. shape: () or (size,). population: the graph that it has one value per node
    of. stream: name of its random stream.
    """

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
    """A sub-optimizer.

    controls: state variable, or component "x[1]" → gain. declared: the objective on its label. pursues: the objective
    that it follows. credit: agent → weight of that agent's declared objective. paths: component → factor on the
    gradient through it, for derived variables and, with a horizon, for variables with a flow. learning: agent → factor
    on the gradient through that agent's learning. every: steps between its moves. goals: the components that stand for
    what it wants. horizon: how far its gradient follows flows, in steps or time. during: the phases in which it moves;
    empty for all. percepts: phase indicator → what the agent perceives instead; `pursues` and `rule` contain it
    already, `declared` does not. acts: condition under which it moves, which only variants of a scenario set.
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
        """The declared objective as the agent perceives it, that is, with its percepts in place of phase indicators."""
        return substitute([self.declared], dict(self.percepts))[0] if self.percepts else self.declared


@dataclass(frozen=True)
class Base:
    """The designers' objective, which no agent has to pursue, and the components that stand for what they want."""

    objective: Expr
    goals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """At a time, or when a condition first holds, it sets components, and silences or restores agents."""

    name: str
    at: Expr | None = None
    when: Expr | None = None
    set: Mapping[str, Expr] = field(default_factory=dict)
    silence: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()


@dataclass(frozen=True)
class Groups:
    """Groups of systems within a population. count: groups per population. fitness: None for that of the systems.
    every: generations between competitions. migration: probability that a place is filled from the whole population."""

    count: int
    scheme: Scheme | None = None
    fitness: Expr | None = None
    every: int = 1
    migration: Expr | None = None


@dataclass(frozen=True)
class Selection:
    """Selection between replicas as systems, at the end of every lifetime of length `every` (steps or time).

    over: how the fitness of a lifetime is reduced. heritable: component → what a child inherits, which may be random;
    None for an exact copy. means: name → what is averaged over the systems of a group (of a population without groups)
    at the start of a generation.
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
    """Discrete with `steps`, continuous with `time`.

    order: agents in the order in which they move in a step; None if all move at once. dt: step of a fixed-step method,
    or first step of an adaptive one, whose error per step is held to atol + rtol·|x|.
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
    """How a parameter differs between replicas: listed values, or a distribution that each replica samples.

    text: as the scenario states it. stream: name of the random stream; "" for the parameter's name.
    """

    values: tuple[float, ...] | None = None
    text: str = ""
    distribution: Expr | None = None
    stream: str = ""


@dataclass(frozen=True)
class Ensemble:
    """R replicas. vary: sweeps that run side by side. grid: sweeps that are combined, every value with every other.
    start: what slots start from in place of their `init`, (R,), or (R, n) for a population."""

    replicas: int = 1
    seed: int = 0
    vary: Mapping[str, Sweep] = field(default_factory=dict)
    grid: Mapping[str, Sweep] = field(default_factory=dict)
    start: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """What is recorded. every: steps between records, or time with an adaptive method. derived: names of derived
    variables."""

    every: float = 1
    derived: tuple[str, ...] = ()


@dataclass(frozen=True)
class Model:
    """A system, ready for its learning rules to be applied.

    phases: name → start, in ascending order; their indicators are among the parameters. games: name → game, whose
    losses are the derived variable of this name. mixed: the values that games use as mixed strategies. metrics:
    requested metric → settings. description: the scenario's question and expectation.
    """

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
