"""The grammar of a scenario: its sections and keys, with the type, meaning and an example of each.

This is the only statement of it: scenario files, `System`, the JSON Schema and the reference in the documentation all
use these models. Whether names exist and expressions fit is checked in system/reading/.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema

from .field_types import (
    Assignments,
    Controls,
    Count,
    Expression,
    Expressions,
    Flag,
    GameField,
    HorizonField,
    MetricsField,
    Names,
    Numbers,
    OverField,
    Positive,
    RuleField,
    SchemeField,
    SpaceField,
    Start,
    Starts,
    Text,
    Whole,
)
from .fields import wrong


def _key(meaning: str, example: Any, default: Any = None, **settings: Any) -> Any:
    return Field(default, description=meaning, examples=[example], **settings)


def _required(meaning: str, example: Any) -> Any:
    return Field(description=meaning, examples=[example])


def _group(meaning: str, example: Any) -> Any:
    return Field(default_factory=dict, description=meaning, examples=[example])


class Section(BaseModel):
    """A mapping in which every key is known."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class GraphSpec(Section):
    """A graph between the nodes of a population: generated, listed, or read from a file."""

    model_config = ConfigDict(extra="allow", arbitrary_types_allowed=True)  # the generator's own arguments

    generator: Text | None = _key(
        "The name of a NetworkX generator; its arguments are further keys.", "erdos_renyi_graph"
    )
    edges: Any = _key("[source, target] or [source, target, weight] for every edge.", [["a", "b"], ["b", "c", 0.5]])
    nodes: Any = _key(
        "With `edges` or `file`: the number of nodes, their names, their names with values, or a .csv or .parquet file "
        "that has them in the column id, with values in the others.", 3
    )
    file: Text | None = _key(
        "A .graphml, .edgelist, .csv or .parquet file next to the scenario or below it.", "net.graphml"
    )
    directed: Flag | None = _key(
        "Whether an edge influences its target only; by default as generated or read, else false.", True
    )
    weights: Expression | None = _key("The weight of every edge: a number or a distribution.", "normal(0, 1)")
    correlation: Expression | None = _key(
        "The correlation of the weights of i → j and j → i, when they are normal.", -0.5
    )
    graph: SkipJsonSchema[Any] = None  # a NetworkX graph or a Topology, from a script
    seed: Whole = _key("Seeds the generator and the weights; replicas share one graph.", 1, 0)


class VariableSpec(Section):
    """A state variable (init, flow, noise) or a derived one (expr)."""

    expr: Expressions | None = _key("Makes the variable derived: its value, from other variables.", "b + eps*theta")
    init: Starts | None = _key(
        "The initial value: number, expression of parameters, distribution; on a graph also a list with one for each "
        "node, or one by each node's name; default 0.", "normal(0, 1)"
    )
    flow: Expressions | None = _key("Its own motion: change per step, or per unit of time.", "-theta")
    noise: Expressions | None = _key("The standard deviation of its noise, per step or per √time.", 0.1)
    size: Count | None = _key("The number of components of a vector.", 3)
    on: Text | None = _key("The graph that it has one value per node of.", "net")
    draw: Text | None = _key(
        "What its random numbers are named after, so that it can be renamed and draw the same; default: its name.",
        "theta",
    )
    space: SpaceField | None = _key("Where it lives: real, simplex, circle (−π to π), or a box [low, high].", [0, 1])


class AgentSpec(Section):
    """A sub-optimizer."""

    controls: Controls = _required("The state variables it moves, optionally with gains.", {"theta": 1.0})
    declared: Expression = _required("Its label: the objective that it is said to minimise.", "(theta - world)**2/2")
    pursues: Expression | None = _key("What it really descends; default: the declared objective.", "theta**2")
    goals: Names = _key("The variables or parameters that stand for what it wants.", "goal", [])
    credit: Assignments | None = _key(
        "How much of other agents' declared objectives leaks into its own.", {"critic": 0.5}
    )
    paths: Assignments | None = _key(
        "A factor on the gradient through a derived variable (0 is blind to it), through a variable that flows (with "
        "horizon), or through what another agent learns (default 0).",
        {"world": 0, "critic": 1},
    )
    horizon: HorizonField | None = _key(
        "How far its gradient follows the flow of other variables: so many steps, so much time, or fixed_point, where "
        "the flow has come to rest. Without it not at all.",
        20,
    )
    rule: RuleField = _required(
        "How it learns: {name: {settings}}; see `dynsim list rules`.", {"gradient": {"rate": 0.05}}
    )
    every: Count = _key("It moves in every so many steps.", 10, 1)
    during: Names | None = _key("The phases in which it moves; default: all.", "training")
    observes: Assignments | None = _key(
        "How well it can tell a phase, in what it pursues and in its rule's settings: 1 (the default) sees it, 0 "
        "counts on the phase's share of the run's time.",
        {"deployment": 0},
    )


class BaseSpec(Section):
    """What the designers want of the whole. Nobody descends it unless an agent is told to."""

    objective: Expression = _required("The base objective, minimised like all others.", "(world - wanted)**2/2")
    goals: Names = _key("The variables or parameters that stand for what is wanted.", "wanted", [])


class GroupsSpec(Section):
    """Groups of systems that compete with each other, while their members compete within them."""

    count: Count = _required("The number of groups in every population.", 10)
    scheme: SchemeField | None = _key("How groups take the place of groups; default: they do not.", {"moran": {}})
    fitness: Expression | None = _key(
        "What makes a group fit: its mean over members and lifetime; default: the systems' own fitness.", "1 - cost*z"
    )
    every: Count = _key("Groups compete in every so many generations.", 5, 1)
    migration: Expression = _key(
        "The chance of a place to be filled from a place anywhere in the population.", 0.05, 0
    )


class SelectionSpec(Section):
    """Selection between the replicas as systems: generations of them, in which the fit have children."""

    fitness: Expression = _required("What is selected for: the larger, the better.", "-loss - cost*g")
    over: OverField = _key("What of it counts: its mean or sum over a lifetime, or its last value.", "end", "mean")
    every: Positive = _required("The length of a lifetime: steps, or time on a continuous clock.", 100)
    scheme: SchemeField = _required(
        "Who has children: {name: {settings}}; see `dynsim list schemes`.", {"softmax": {"temperature": 0.1}}
    )
    heritable: Controls = _required(
        "The variables and parameters that children have from their parents, and how: an expression of the parent with "
        "distributions for mutation; nothing for an exact copy.", {"g": "g + normal(0, 0.05)"}
    )
    populations: Count = _key("How many populations, independent of each other, the replicas make.", 20, 1)
    groups: GroupsSpec | None = _key("Competition between groups.", {"count": 10, "scheme": {"moran": {}}})
    means: Assignments = _group(
        "Names for means over the systems of a group, or of a population without groups, taken at the start of every "
        "generation.", {"Z": "z"}
    )


class EventSpec(Section):
    """Something that happens once in a replica: at a time, when a condition first holds, or (both) when it first holds
    from that time on."""

    at: Expression | None = _key("The time (step) when it happens; with `when`, from which on.", 1000)
    when: Expression | None = _key("The condition under which it happens.", "theta > 2")
    set: Assignments | None = _key("New values of variables and parameters.", {"b": 2})
    silence: Names | None = _key("Agents that stop moving.", "critic")
    restore: Names | None = _key("Silenced agents that move again.", ["critic"])


class ClockSpec(Section):
    """Discrete steps, or continuous time."""

    steps: Count | None = _key("The number of discrete steps.", 4000)
    order: Names | None = _key(
        "Who moves when: simultaneous, sequential (as written), or the agents in order.", "sequential"
    )
    time: Positive | None = _key("When the run ends, in units of continuous time.", 100)
    dt: Positive | None = _key("The time step, the last may be shorter; of an adaptive method the first step.", 0.01)
    method: Text | None = _key(
        "euler, heun, rk4, dopri5, or with noise euler_maruyama, stochastic_heun; default rk4, euler_maruyama.", "rk4"
    )
    rtol: Positive | None = _key("Of an adaptive method: the relative error per step; default 1e-6.", 1e-6)
    atol: Positive | None = _key("Of an adaptive method: the absolute error per step; default 1e-9.", 1e-9)


class EnsembleSpec(Section):
    """Replicas of the system."""

    replicas: Count = _key("The number of replicas.", 256, 1)
    seed: Whole = _key("The seed of everything random in the run.", 7, 0)
    vary: dict[str, Any] = _group(
        "Numbers that differ between replicas: lists, linspace(a, b), logspace(a, b), distributions; side by side. "
        "{distribution: …, draw: NAME} draws what is named so.",
        {"g": "linspace(0, 1)"},
    )
    grid: dict[str, Any] = _group("Like vary, but every combination.", {"g": "linspace(0, 1, 5)", "eps": [0.1, 0.4]})
    start: dict[str, Any] | None = _key(
        "What states start from in place of their `init`: a list with a number for each replica, or with a list of the "
        "nodes' numbers. Also a rule's memory, by the name of its column.",
        {"theta": [0.1, -0.3]}, None,
    )


class RecordSpec(Section):
    """What is written down."""

    every: Positive = _key("Every so many steps (units of time with an adaptive method), and at the end.", 10, 1)
    derived: Names = _key("Derived variables that the tables show too.", ["world"], [])


def _version(value: Any) -> int:
    if value != 1 or isinstance(value, bool):
        raise wrong("1, the version of the format", value)
    return 1


class Scenario(Section):
    """A scenario of dynsim: a system of several optimizers, its clock, its ensemble."""

    dynsim: Annotated[Any, PlainValidator(_version), WithJsonSchema({"const": 1})] = _required(
        "The version of this format.", 1
    )
    title: Text = _required("What it is, in a line.", "A world model that may steer the world it predicts")
    question: Text = _key("The question it asks.", "Does it steer?", "")
    expect: Text = _key("What should come out, and why.", "theta settles at θ*(g)", "")
    params: dict[str, Numbers] = _group(
        "Numbers, vectors or matrices that are fixed during a run; with {on: graph, value: …} one number per node.",
        {"b": 1.0, "q": [1, 2]},
    )
    phases: dict[str, Start] = _group(
        "Phases of the run, and when each begins: the first at 0. In expressions, 1 while it lasts, else 0.",
        {"training": 0, "deployment": 3000},
    )
    graphs: dict[str, GraphSpec] = _group(
        "Graphs; a variable `on` one has a value per node.", {"net": {"generator": "complete_graph", "n": 5}}
    )
    variables: dict[str, VariableSpec] = _group("State and derived variables.", {"theta": {"init": "normal(0, 1)"}})
    games: dict[str, GameField] = _group(
        "Ready-made objectives: a vector of the players' losses, by name.",
        {"pull": {"tug_of_war": {"actions": ["x", "y"], "targets": [1, -1]}}},
    )
    agents: dict[str, AgentSpec] = _group(
        "The sub-optimizers.",
        {"critic": {"controls": "m", "declared": "(m - 1)**2", "rule": {"gradient": {"rate": 0.05}}}},
    )
    base: BaseSpec | None = _key("What the designers want of the whole.", {"objective": "world**2"})
    metrics: MetricsField = _group("Further metrics of the run; see `dynsim list metrics`.", ["stability", "power"])
    selection: SelectionSpec | None = _key(
        "Selection between replicas as systems.",
        {"fitness": "-x**2", "every": 100, "scheme": {"truncation": {"share": 0.2}}, "heritable": ["x"]},
    )
    events: dict[str, EventSpec] = _group("What happens on the way.", {"shift": {"at": 100, "set": {"b": 2}}})
    clock: ClockSpec = Field(default_factory=ClockSpec, description="Steps, or time.", examples=[{"steps": 4000}])
    ensemble: EnsembleSpec = Field(default_factory=EnsembleSpec, description="Replicas.", examples=[{"replicas": 64}])
    record: RecordSpec = Field(default_factory=RecordSpec, description="Recording.", examples=[{"every": 10}])
