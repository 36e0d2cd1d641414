"""What a learning rule is: a frozen record of settings that turns a view of the game into an update, symbolically.

A rule reads like the paper it comes from and knows nothing of arrays, replicas or loops. Objectives are minimised.
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

    A component is a scalar or a population's value per node. Where agents share a variable, their displacements add;
    gains play no part. Derivatives of an agent's objective carry that agent's path factors.
    """

    @property
    def me(self) -> str:
        """The agent's name."""

    @property
    def graph(self) -> Graph:
        """Where expressions are built."""

    @property
    def players(self) -> Sequence[str]:
        """All agents' names, this one's among them."""

    @property
    def controls(self) -> Sequence[str]:
        """The names of the own controlled components."""

    @property
    def variables(self) -> Sequence[Sequence[int]]:
        """The positions of the components that belong to one variable."""

    @property
    def x(self) -> Exprs:
        """The own controlled components."""

    @property
    def objective(self) -> Expr:
        """The own effective objective E."""

    @property
    def gradient(self) -> Exprs:
        """The own ξ = ∇E by the own components; per node, the node's own."""

    @property
    def others(self) -> list[str]:
        """All agents but this one."""

    @property
    def company(self) -> list[str]:
        """This agent and all who are connected with it through gradients that depend on components, in the players'
        order. J has no entries between them and the rest: who solves an equation in J needs nobody else.
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
        """(J v) for the own rows, J = Dξ; agents that v leaves out stand still."""

    def vjp(self, v: Mapping[str, Exprs]) -> Exprs:
        """(Jᵀ v) for the own rows: Σ_j (∂ξ_j/∂x)ᵀ v_j."""

    def reaction(self, v: Mapping[str, Exprs]) -> Exprs:
        """(H_o v) for the own rows: J v without the part of who moves. That is this agent, or, in a population whose
        objective is one per node, every node by itself: then its other nodes are others.
        """

    def reaction_back(self, v: Mapping[str, Exprs]) -> Exprs:
        """(H_oᵀ v) for the own rows."""

    def pull_back(self, outputs: Exprs, v: Exprs) -> Exprs:
        """Σ_k (∂output_k/∂x)ᵀ v_k for the own components: how any expressions of the state change with them."""

    def slope(self, value: Expr) -> Exprs:
        """∇ of any value by the own components, the way this agent sees its objective."""

    @property
    def curvature(self) -> list[Exprs]:
        """The rows of ∂ξ/∂x by the own components, seen as ξ is: the factors on paths act a second time."""

    def at(self, points: Mapping[str, Exprs]) -> GameView:
        """The same game with the agents' components at other points."""

    def imagined(self, x: Exprs) -> GameView:
        """The game with the own components at x as this agent imagines it: along a path with factor g the derived
        variable moves by g of what it would, so that what the agent is blind to stays where it is.
        """

    def memory(self, name: str, init: Any = 0.0, of: str | None = None) -> Exprs:
        """The last values of a memory, one per component; it starts at `init`.

        of: the agent whose components it has a value for, instead of one's own; its new values are returned under
        the name `remembered(name, of)`.
        """

    def counter(self, name: str, init: float = 0.0) -> Expr:
        """The last value of a memory that is one scalar, however many components there are."""

    def normals(self, name: str) -> Exprs:
        """A standard normal number per component (and node), new at every step; those of two names are independent.

        A function of the seed, the replica, the agent, `name`, the component (or what its variable's `draw` says
        instead), the step and the node alone. Only rules that say so (`Rule.random`) may ask, on a discrete clock.
        """

    def uniforms(self, name: str) -> Exprs:
        """The same with numbers uniform in (0, 1); independent of the normal ones of that name."""


@dataclass(frozen=True)
class Update:
    """The move of every controlled component, and the new value of every memory (a list, or [x] for a counter)."""

    move: Exprs
    memory: Mapping[str, Exprs] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """Base of all rules. Subclasses are frozen dataclasses whose fields are settings (dynsim.settings).

    name: what scenarios call it. clocks: where it makes sense. populations: whether it may move a population.
    space: "simplex" if it moves only whole points of a simplex. shaping: the settings that are 0 where it leaves alone
    what other agents learn. targets: the settings that are objectives, which it descends in place of the agent's.
    random: whether it draws random numbers (on a discrete clock alone). rests: the points that
    stay fixed where everybody has the rule; at restricted equilibria all strategies in use are equally good, and better
    ones may be unused; perturbed equilibria depend on a temperature; a rule that rests nowhere need not find what is
    best, either. pace: how the distance to a strict equilibrium shrinks in n steps, geometric like qⁿ or harmonic like
    1/n.
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
        """dx/dt with time = rate · steps: what the steps approach as `rate` vanishes and all other settings stay.

        For rules of the discrete clock alone; None where no such limit exists or is known. Where a rule also works on a
        continuous clock, its move there is the limit.
        """
        return None

    def problems(self, *, clock: str, controls: int, population: bool, off_simplex: Sequence[str]) -> list[str]:
        """Why this rule cannot serve an agent, if so.

        clock: "discrete" or "continuous"; controls: how many components the agent moves; population: whether one of
        them is a population; off_simplex: those that do not make up a whole point of a simplex.
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
    """The rule, and those nested in it, with every setting that shapes others changed; itself where there is none."""
    return _changed(rule, lambda one: {name: change(getattr(one, name)) for name in one.shaping})


def descending(rule: Rule, objective: Expr) -> Rule:
    """The rule, and those nested in it, with this objective alone where objectives are stated in its settings; itself
    where none are, or no others."""
    alone = Vector([objective])

    def changes(one: Rule) -> dict[str, Any]:
        return {name: alone for name in one.targets if getattr(one, name) not in (None, alone)}

    return _changed(rule, changes)


def _changed(rule: Rule, changes_of: Callable[[Rule], dict[str, Any]]) -> Rule:
    """The rule, and those nested in it, with some settings changed; itself where there is nothing to change."""
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
    """An expression setting, one value per controlled component; a mapping names the variables or components."""
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
    """⟨a, b⟩ over all components, and over the nodes of populations."""
    result = total(a[0] * b[0])
    for u, v in zip(a[1:], b[1:], strict=True):
        result = result + total(u * v)
    return result


def remembered(name: str, of: str | None = None) -> str:
    """What an update calls the new values of a memory of another agent's components."""
    return name if of is None else f"{name}.{of}"


def joined(parts: Mapping[str, Exprs], order: Sequence[str]) -> Exprs:
    """All agents' lists as one, in the players' order."""
    return [e for name in order for e in parts[name]]
