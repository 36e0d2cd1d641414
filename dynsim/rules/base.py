"""The contract of a learning rule: a frozen record of settings that turns a view of the game into a symbolic update.

A rule reads like the paper that it comes from and needs no arrays, replicas or loops. Objectives are minimised.
Discrete clock: x ← project(x + gain·move). Continuous clock: dx/dt = flow + gain·move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Literal, Protocol

from ..algebra.graph import Expr, Graph, fill
from ..algebra.structural import total
from ..algebra.value import components
from ..algebra.vector import Vector
from ..errors import InputError, Problem
from ..registry import Registry, unknown
from ..settings import Parse, Stated, name_and_settings, read

Exprs = list[Expr]
RULES: Registry[Any] = Registry("rule", "dynsim.rules")


class GameView(Protocol):
    """The game as one agent sees it. Lists run over an agent's controlled components, in order.

    A component is a scalar, or the values of a population per node. If agents share a variable, their displacements
    add, without their gains. Derivatives of an agent's objective include that agent's path factors.
    """

    @property
    def me(self) -> str:
        """The agent's name."""

    @property
    def graph(self) -> Graph:
        """The graph in which expressions are built."""

    @property
    def players(self) -> Sequence[str]:
        """The names of all agents, including this one."""

    @property
    def controls(self) -> Sequence[str]:
        """The names of this agent's controlled components."""

    @property
    def variables(self) -> Sequence[Sequence[int]]:
        """For every variable, the positions of its components among the controlled ones."""

    @property
    def x(self) -> Exprs:
        """This agent's controlled components."""

    @property
    def objective(self) -> Expr:
        """This agent's effective objective E."""

    @property
    def gradient(self) -> Exprs:
        """This agent's ξ = ∇E by its own components; in a population, each node's gradient by that node's value."""

    @property
    def others(self) -> list[str]:
        """All agents except this one."""

    @property
    def company(self) -> list[str]:
        """This agent and all agents that are connected with it through gradients that depend on components, in the
        players' order. J has no entries between them and the rest, so a rule that solves an equation in J needs only
        these.
        """

    @property
    def xi(self) -> dict[str, Exprs]:
        """Every agent's ξ."""

    @property
    def xs(self) -> dict[str, Exprs]:
        """Every agent's components."""

    @property
    def step(self) -> Expr:
        """The time: 0, 1, 2, … on a discrete clock."""

    def of(self, agent: str) -> GameView:
        """The same game as another agent sees it."""

    def gradient_of(self, agent: str, by: str) -> Exprs:
        """∇E of `agent` by the components of `by`."""

    def jvp(self, v: Mapping[str, Exprs]) -> Exprs:
        """This agent's rows of J v, J = Dξ; agents that v does not name stand still."""

    def vjp(self, v: Mapping[str, Exprs]) -> Exprs:
        """This agent's rows of Jᵀ v: Σ_j (∂ξ_j/∂x)ᵀ v_j."""

    def reaction(self, v: Mapping[str, Exprs]) -> Exprs:
        """This agent's rows of H_o v: J v without the mover's own block. The mover is this agent or, in a population
        with one objective per node, each single node, so that the other nodes count as others.
        """

    def reaction_back(self, v: Mapping[str, Exprs]) -> Exprs:
        """This agent's rows of H_oᵀ v."""

    def pull_back(self, outputs: Exprs, v: Exprs) -> Exprs:
        """Σ_k (∂output_k/∂x)ᵀ v_k for this agent's components x: how any expressions of the state change with them."""

    def slope(self, value: Expr) -> Exprs:
        """∇ of any value by this agent's components, with the path factors of its objective."""

    @property
    def curvature(self) -> list[Exprs]:
        """The rows of ∂ξ/∂x by this agent's components. Path factors act as in ξ, so here they act twice."""

    def at(self, points: Mapping[str, Exprs]) -> GameView:
        """The same game with the agents' components at other points."""

    def imagined(self, x: Exprs) -> GameView:
        """The game with this agent's components at x, as the agent imagines it: along a path with factor g the derived
        variable moves by g times its change, so what the agent is blind to stays where it is.
        """

    def memory(self, name: str, init: Any = 0.0, of: str | None = None) -> Exprs:
        """The last values of a memory, one per component; it starts at `init`.

        of: the agent whose components the memory has values for; by default this agent. The update returns the new
        values under the name `remembered(name, of)`.
        """

    def counter(self, name: str, init: float = 0.0) -> Expr:
        """The last value of a scalar memory, independent of the number of components."""

    def normals(self, name: str) -> Exprs:
        """A standard normal number per component (and node), new at every step; two names give independent numbers.

        A number depends only on the seed, the replica, the agent, `name`, the component (or the name that its
        variable's `draw` gives instead), the step and the node. Only rules with `random = True` may use them, on a
        discrete clock.
        """

    def uniforms(self, name: str) -> Exprs:
        """The same with numbers uniform in (0, 1), independent of the normal numbers of that name."""


@dataclass(frozen=True)
class Update:
    """The move of every controlled component, and the new value of every memory (a list, or [x] for a counter)."""

    move: Exprs
    memory: Mapping[str, Exprs] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """Base of all rules. Subclasses are frozen dataclasses whose fields are settings (dynsim.settings).

    name: its name in scenarios.
    example: settings for the contract tests, if the defaults, or some number within the bounds, do not suit them.
    clocks: the clocks on which it works.
    populations: whether it can move a population.
    space: "simplex" if it moves only whole points of a simplex.
    shaping: the settings whose value 0 means that it does not shape what other agents learn.
    targets: the settings that are objectives, which it descends instead of the agent's.
    random: whether it uses random numbers (only on a discrete clock).
    rests: the points that stay fixed if everybody uses the rule. At restricted equilibria all strategies in use are
    equally good, but better ones may be unused; perturbed equilibria depend on a temperature; a rule that rests nowhere
    need not find the best point either.
    pace: how the distance to a strict equilibrium shrinks in n steps, geometric like qⁿ or harmonic like 1/n.
    """

    name: ClassVar[str]
    example: ClassVar[Mapping[str, Any]] = {}
    clocks: ClassVar[frozenset[str]] = frozenset({"discrete"})
    populations: ClassVar[bool] = False
    space: ClassVar[Literal["any", "simplex"]] = "any"
    shaping: ClassVar[tuple[str, ...]] = ()
    targets: ClassVar[tuple[str, ...]] = ()
    random: ClassVar[bool] = False
    rests: ClassVar[Literal["equilibria", "restricted equilibria", "perturbed equilibria", "nowhere"]] = "equilibria"
    pace: ClassVar[Literal["geometric", "harmonic"]] = "geometric"

    def update(self, game: GameView) -> Update:
        """The move and the new memory, as expressions of the state."""
        raise NotImplementedError

    def flow(self, game: GameView) -> Exprs | None:
        """dx/dt with time = rate · steps: the limit of the steps as `rate` vanishes and all other settings stay.

        A rule that works only on the discrete clock overrides this if the limit exists and is known. For a rule that
        also works on a continuous clock, the limit is its move there.
        """
        return None

    def problems(self, *, clock: str, controls: int, population: bool, off_simplex: Sequence[str]) -> list[str]:
        """Why this rule cannot serve an agent; empty if it can.

        clock: "discrete" or "continuous". controls: the number of components that the agent moves. population: whether
        one of them is a population. off_simplex: the variables that are not whole points of a simplex.
        """
        found = []
        if clock not in self.clocks:
            found.append(f"rule {self.name!r} works on a {' or '.join(sorted(self.clocks))} clock, not a {clock} one")
        if population and not self.populations:
            found.append(f"rule {self.name!r} cannot move a population")
        if self.space == "simplex" and off_simplex:
            found.append(f"rule {self.name!r} moves whole points of a simplex, not {', '.join(off_simplex)}")
        if not controls:
            found.append(f"rule {self.name!r} has nothing to move: the agent controls no variable")
        return found


def reshaped(rule: Rule, change: Callable[[Any], Any]) -> Rule:
    """The rule with every setting that shapes others changed, also in nested rules; the same object if none is."""
    return _changed(rule, lambda one: {name: change(getattr(one, name)) for name in one.shaping})


def descending(rule: Rule, objective: Expr) -> Rule:
    """The rule with this objective in place of those in its settings, also in nested rules; the same object if its
    settings have no others."""
    alone = Vector([objective])

    def changes(one: Rule) -> dict[str, Any]:
        return {name: alone for name in one.targets if getattr(one, name) not in (None, alone)}

    return _changed(rule, changes)


def _changed(rule: Rule, changes_of: Callable[[Rule], dict[str, Any]]) -> Rule:
    """The rule with some settings changed, also in nested rules; the same object if nothing changes."""
    changes = changes_of(rule)
    for field_ in fields(rule):
        value = getattr(rule, field_.name)
        inner = value if isinstance(value, tuple) else (value,)
        new = tuple(_changed(part, changes_of) if isinstance(part, Rule) else part for part in inner)
        if any(a is not b for a, b in zip(new, inner, strict=True)):
            changes[field_.name] = new if isinstance(value, tuple) else new[0]
    return replace(rule, **changes) if changes else rule


BOTH_CLOCKS = frozenset({"discrete", "continuous"})


class RuleSpec(Stated):
    """A rule as a script or scenario states it: a name and raw settings (numbers, texts, expressions)."""


def make(name: str, settings: Mapping[str, Any], parse_number: Parse, parse_expression: Parse) -> Rule:
    """The rule `name` with its settings read by the caller's parsers, called as parse(key, raw)."""
    rule: Rule = read(RULES, name, settings, parse_number, parse_expression)
    return rule


def spec(raw: Any) -> RuleSpec:
    """`gradient`, {gradient: {rate: 0.1}} or a RuleSpec, as a RuleSpec."""
    return RuleSpec(*name_and_settings("rule", raw, RULES.kind))


def per_component(game: GameView, value: Any, key: str) -> Exprs:
    """The values of an expression setting, one per controlled component; a mapping assigns them to variables or
    components by name. InputError if values are missing or too many, or a name is unknown."""
    if not isinstance(value, Mapping):
        found = components(value) if isinstance(value, Vector) else [game.graph.expr(value)]
        named = dict(zip(game.controls, found, strict=False))
        if len(found) != len(game.controls):
            raise InputError(Problem(f"expected {len(game.controls)} values, got {len(found)}", key))
    else:
        named = {}
        for name, part in value.items():
            if isinstance(part, Vector):
                named |= {f"{name}[{k}]": c for k, c in enumerate(components(part))}
            else:
                named[name] = game.graph.expr(part)
        for name in named:
            if name not in game.controls:
                raise InputError(Problem(unknown("controlled variable", name, game.controls), key))
    missing = [c for c in game.controls if c not in named]
    if missing:
        raise InputError(Problem(f"no value for {', '.join(missing)}", key))
    return [fill(named[c], x.domain) for c, x in zip(game.controls, game.x, strict=True)]


def inner(a: Sequence[Expr], b: Sequence[Expr]) -> Expr:
    """⟨a, b⟩, summed over all components and over the nodes of populations."""
    result = total(a[0] * b[0])
    for u, v in zip(a[1:], b[1:], strict=True):
        result = result + total(u * v)
    return result


def remembered(name: str, of: str | None = None) -> str:
    """The name under which an update returns the new values of a memory of another agent's components."""
    return name if of is None else f"{name}.{of}"


def joined(parts: Mapping[str, Exprs], order: Sequence[str]) -> Exprs:
    """All agents' lists as one list, in the players' order."""
    return [e for name in order for e in parts[name]]
