"""Where expressions are read: what every name means, and the numbers that become parameters on the way.

Wherever an expression may stand, a plain number becomes a parameter named by its path ("agents.critic.rule.rate"), so
that any number of a scenario can be varied between replicas without compiling again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...algebra.domain import Domain
from ...algebra.graph import Expr, Graph, fill
from ...algebra.nodes import RANDOM
from ...algebra.operations import OPERATIONS
from ...algebra.printing import occurrences
from ...algebra.reading.parse import parse
from ...algebra.reading.scan import MAX_LENGTH
from ...algebra.structural import stack
from ...algebra.value import components, like
from ...algebra.vector import Vector
from ...errors import DomainError, ExpressionError
from ...games.base import Game
from ..distributions import impossible_draws
from ..grammar.fields import is_number
from ..grammar.problems import Place, Problems, found
from ..model import Parameter, Value
from ..text.yaml_scalars import shown
from ..values import NAME, mismatch
from .declarations import Declarations
from .node_values import all_numbers, few_by_node, per_node, vector_per_node

MAX_WORK = 50_000
"""The most operations that all texts of a scenario may ask for: names, times the components of the largest one."""

_DOTTED = re.compile(r"(?<![\w.])[^\W\d]\w*\.[^\W\d]\w*\b(?!\.)")
_UNKNOWN = re.compile(r"unknown name '(\w+)'")


class Reading(NamedTuple):
    """How a value is read: whether it may be drawn, once (draws) or at every step (steps), and what names mean."""

    draws: bool
    steps: bool
    scope: Mapping[str, Any]


class Context(Declarations):
    """Reads values into the graph of the declarations. It never raises: it notes the problem and returns None.

    phases: the parameters that follow the clock. mixed: what games take for mixed strategies. later: names of
    variables, which have no value yet where initial values are read. draws: by variable, what its random numbers are
    named after, where that is not its own name. drawn: the places of texts that draw random numbers at every step.
    handles: the graph of a script's symbols.
    """

    def __init__(self, problems: Problems, broken: Iterable[str] = (), handles: Graph | None = None) -> None:
        super().__init__(problems, broken)
        self.handles = handles
        self.parameters: dict[str, Parameter] = {}
        self.games: dict[str, Game] = {}
        self.phases: set[str] = set()
        self.later: set[str] = set()
        self.draws: dict[str, str] = {}
        self.drawn: list[Place] = []
        self.mixed: list[Value] = []
        self.work = 0

    def number(self, place: Place, value: float) -> Expr:
        """The parameter that a number at `place` is."""
        name = place.path
        self.parameters[name] = Parameter(name, (), float(value))
        self.scope[name] = self.graph.symbol(name)
        return self.graph.symbol(name)

    def read(
        self,
        place: Place,
        raw: Any,
        *,
        shape: tuple[int, ...] | None = None,
        population: str | None = None,
        draws: bool = False,
        scope: Mapping[str, Expr | Vector | Domain] | None = None,
        condition: bool = False,
        steps: bool = False,
    ) -> Value | None:
        """The value of `raw`: a number, a text, an Expr, or a list of these.

        shape: the shape it must have; a scalar is repeated, None leaves it open. population: one value per node of
        that population is expected (and a scalar filled in); "" refuses populations, None leaves it open. draws: it may
        be random, drawn once. steps: it is computed at every step, and its random numbers are drawn anew.
        """
        known = len(self.problems)
        reading = Reading(draws, steps, self.scope if scope is None else scope)
        value = self._value(place, raw, shape, population, reading)
        if value is None or len(self.problems) > known:
            return None
        message = mismatch(value, shape, population, condition)
        if not message and not steps:
            message = self._random_part(components(value))
        if message:
            self.problems.add(place, message)
            return None
        parts = components(value)
        if population:
            parts = [fill(part, Domain("node", population)) for part in parts]
        if shape:
            count = len(components(self.symbols("", shape)))
            parts = parts * count if len(parts) == 1 else parts
        elif isinstance(value, Vector):
            shape = value.shape
        return like(shape or (), parts)

    def one(self, place: Place, raw: Any, population: str | None = "", **settings: Any) -> Expr | None:
        """The value of `raw` where one expression is expected, as `read` reads it; by default a scalar."""
        value = self.read(place, raw, shape=(), population=population, **settings)
        assert not isinstance(value, Vector)
        return value

    def _random_part(self, outputs: list[Expr]) -> str:
        """Why a value that is not computed at every step cannot read random numbers of a step, where it does."""
        nodes = self.graph.nodes
        if not self.drawn or not self.graph.random(outputs):
            return ""
        named = (Expr(self.graph, k) for k in self.graph.reachable(outputs) if nodes[k].op == "named")
        source = next(str(e.name) for e in named if self.graph.random([e]))
        return f"{shown(source)} draws random numbers at every step: it cannot be used here"

    def stream(self, place: Place) -> str:
        """What the random numbers of a text are named after: its place, in which a variable may have another name."""
        section, *rest = place.written
        if section == "variables" and rest[0] in self.draws:
            return Place((), (section, self.draws[str(rest[0])], *rest[1:])).path
        return place.path

    def _value(self, place: Place, raw: Any, shape: Any, population: str | None, reading: Reading) -> Value | None:
        if population and shape == () and isinstance(raw, list | tuple | Mapping | np.ndarray):
            if reading.draws:
                return self._drawn_per_node(place, raw, population, reading.scope)
            return per_node(place, raw, population, self)
        if isinstance(raw, list | tuple) and raw:
            parts, drawn = [], 0
            for k, item in enumerate(raw):
                part = self._value(place / k, item, (), population, reading)
                if part is not None and reading.draws:
                    part = like(part.shape if isinstance(part, Vector) else (), self.copied(components(part), drawn))
                    drawn = max(drawn, self._draws(components(part)))
                parts.append(part)
            if any(part is None for part in parts):
                return None
            if len({part.shape if isinstance(part, Vector) else () for part in parts}) > 1:
                self.problems.add(place, "expected components of the same shape")
                return None
            return Vector(parts)
        if isinstance(raw, Expr):
            if not any(raw.graph.nodes[k].op == "distribution" for k in raw.graph.reachable([raw])):
                return self._imported(place, raw)
            raw = self._written(place, raw)
            if raw is None:
                return None
        if not isinstance(raw, str):
            if is_number(raw) and math.isfinite(raw):
                return self.number(place, raw)
            self.problems.add(place, f"expected an expression or a finite number, got {found(raw)}")
            return None
        if self.is_broken(raw):
            return None
        for name in _DOTTED.findall(raw[:MAX_LENGTH]):
            graph, column = name.split(".")
            if graph in self.nodes and name not in reading.scope:
                self.problems.add(place, self.no_column(graph, column))
                return None
        self._expect_within_limits(place, raw, reading.scope)
        length = shape[0] if shape and (reading.draws or reading.steps) else None
        stream = self.stream(place) if reading.steps else None
        known = len(self.graph)
        try:
            value = parse(
                raw, reading.scope, self.graph,
                population=population or None, initial=reading.draws, stream=stream, length=length,
            )
            if population and reading.draws and shape == () and isinstance(value, Vector):
                perhaps = vector_per_node(place, raw, value, population, self, reading.scope)
                if perhaps is None:
                    return None
                value = perhaps
        except ExpressionError as error:
            self.problems.add(place, self._explained(error.message), text=raw, column=error.column)
            return None
        for draw in impossible_draws(components(value)) if reading.draws else ():
            self.problems.add(place, f"{draw}: there is no such distribution")
            break
        if any(node.op in RANDOM for node in self.graph.nodes[known:]):
            self.drawn.append(place)
        return value

    def _drawn_per_node(self, place: Place, raw: Any, population: str, scope: Mapping[str, Any]) -> Expr | None:
        """An initial value per node: expressions of parameters and distributions may stand for single nodes."""
        if all_numbers(raw):
            return per_node(place, raw, population, self)
        cells = few_by_node(place, raw, population, self)
        if cells is None:
            return None
        parts = [self.one(place / key, cell, draws=True, scope=scope) for key, cell in cells]
        known = [part for part in parts if part is not None]
        return stack(self.apart(known), population) if len(known) == len(parts) else None

    def _written(self, place: Place, raw: Expr) -> str | None:
        """The text of a script's expression with random numbers, in which each stands where it is drawn."""
        counts = occurrences(raw.graph.nodes, raw.index)
        twice = next((k for k, n in counts.items() if n > 1 and raw.graph.nodes[k].op == "distribution"), None)
        if twice is not None:
            self.problems.add(
                place, f"{Expr(raw.graph, twice).text(60)} occurs more than once in this expression, so it is not "
                "clear whether it is one random number or several: make a derived variable of it, and use that"
            )
            return None
        return raw.text()

    def _expect_within_limits(self, place: Place, raw: str, scope: Mapping[str, Any]) -> None:
        """Stop with the problems found so far once the texts of the scenario go beyond MAX_WORK."""
        used = NAME.findall(raw[:MAX_LENGTH])
        self.work += len(used) * max(
            (len(components(v)) for v in map(scope.get, set(used)) if isinstance(v, Vector)), default=1
        )
        if self.work > MAX_WORK:
            self.problems.add(place, f"the scenario's expressions need more than {MAX_WORK:,} operations together")
            self.problems.finish()

    def _explained(self, message: str) -> str:
        """The message, or why a name that exists is not known here."""
        match = _UNKNOWN.match(message)
        if match and match[1] in self.later:
            return f"{shown(match[1])} is a variable: only parameters have a value here"
        return message

    def refuse_phase(self, place: Place, name: str) -> None:
        """Note that nothing but the clock changes an indicator of a phase."""
        self.problems.add(place, f"{shown(name)} is a phase: it begins when `phases` says", at_key=True)

    def _imported(self, place: Place, raw: Expr) -> Expr | None:
        if self.is_broken(raw):
            return None
        try:
            return self.copied([raw])[0]
        except DomainError as error:
            self.problems.add(place, str(error))
            return None

    def copied(self, outputs: list[Expr], drawn: int = 0) -> list[Expr]:
        """Expressions of another graph (or this one) in this graph; `drawn` draws came before theirs."""
        if not outputs:
            return []
        source = outputs[0].graph
        if self.handles is not None and source is not self.graph and source is not self.handles:
            raise DomainError(f"{outputs[0].text(60)} is made of another system's symbols")
        new: dict[int, Expr] = {}
        for index in source.reachable(outputs):
            node = source.nodes[index]
            if node.op == "constant" and source is self.handles and not math.isfinite(node.data):  # type: ignore[arg-type]
                raise DomainError(f"expected finite numbers, got {outputs[0].text(60)}")
            args = [new[k] for k in node.args]
            if node.op in OPERATIONS:
                new[index] = self.graph.apply(node.op, *args)
            elif node.op == "fill":
                new[index] = fill(args[0], node.domain)
            elif node.op == "symbol" and source is not self.graph:
                new[index] = self._leaf(str(node.data), node.domain)
            else:
                data = node.data
                if node.op == "sample":
                    data = (data[0], data[1] + drawn)  # type: ignore[index]
                new[index] = self.graph.add(node.op, tuple(a.index for a in args), data, node.domain)
        return [new[e.index] for e in outputs]

    def _leaf(self, name: str, domain: Domain) -> Expr:
        leaf = self.leaves.get(name)
        if leaf is None or leaf.domain != domain:
            raise DomainError(f"{shown(name)} has changed since it was used here")
        return leaf

    def apart(self, outputs: Sequence[Expr]) -> list[Expr]:
        """Scalars that were read one by one, with draws of their own each."""
        result: list[Expr] = []
        drawn = 0
        for output in outputs:
            result += self.copied([output], drawn)
            drawn = max(drawn, self._draws(result[-1:]))
        return result

    def _draws(self, outputs: list[Expr]) -> int:
        """How many ordinals are taken by the draws of the outputs and those before them."""
        nodes = (self.graph.nodes[k] for k in self.graph.reachable(outputs))
        return max((node.data[1] + 1 for node in nodes if node.op == "sample"), default=0)  # type: ignore[index]
