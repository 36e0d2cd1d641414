"""Reads the value of one key of a scenario: a number, a text, a script's expression, or a list of these."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...algebra.graph import Expr
from ...algebra.nodes import RANDOM
from ...algebra.printing import occurrences
from ...algebra.reading.parse import parse
from ...algebra.reading.scan import MAX_LENGTH
from ...algebra.value import Value, components, like
from ...algebra.vector import Vector
from ...errors import DomainError, ExpressionError, shown
from ..distributions import impossible_distributions
from ..grammar.fields import is_number
from ..grammar.problems import Place, found, suggestion
from .declarations import Declarations
from .imported import imported, sample_count
from .mentioned import NAME
from .node_values import initial_per_node, per_node, vector_per_node

MAX_WORK = 50_000
"""Limit on the operations of all texts of a scenario together: names, times the components of the largest one."""

_DOTTED = re.compile(r"(?<![\w.])[^\W\d]\w*\.[^\W\d]\w*\b(?!\.)")
_UNKNOWN = re.compile(r"unknown name '(\w+)'")


@dataclass(frozen=True)
class Reader:
    """How values are read: on which population ("" or None: none), whether they may be random, sampled once (random) or
    at every step (steps), and what names mean. one: reads and checks the value of a single expression."""

    context: Declarations
    population: str | None
    random: bool
    steps: bool
    scope: Mapping[str, Any]
    one: Callable[..., Expr | None]

    def value(self, place: Place, raw: Any, shape: tuple[int, ...] | None) -> Value | None:
        """The value of `raw`; None if it is wrong, with the problem noted."""
        if self.population and shape == () and isinstance(raw, list | tuple | Mapping | np.ndarray):
            if self.random:
                return initial_per_node(place, raw, self.population, self.context, self._initial)
            return per_node(place, raw, self.population, self.context)
        if isinstance(raw, list | tuple) and raw:
            return self._vector(place, raw)
        if isinstance(raw, Expr):
            if not any(raw.graph.nodes[k].op == "distribution" for k in raw.graph.reachable([raw])):
                return self._imported(place, raw)
            text = self._text(place, raw)
            return None if text is None else self._parsed(place, text, shape)
        if isinstance(raw, str):
            return self._parsed(place, raw, shape)
        if is_number(raw) and math.isfinite(raw):
            return self.context.number(place, raw)
        self.context.problems.add(place, f"expected an expression or a finite number, got {found(raw)}")
        return None

    def _initial(self, place: Place, raw: Any) -> Expr | None:
        return self.one(place, raw, random=True, scope=self.scope)

    def _vector(self, place: Place, items: Sequence[Any]) -> Vector | None:
        """The vector of the items. Each item is parsed alone and counts its random numbers from 0, so those of later
        items are renumbered: otherwise all items would share them."""
        parts: list[Value | None] = []
        sampled = 0
        for k, item in enumerate(items):
            part = self.value(place / k, item, ())
            if part is not None and self.random:
                shape = part.shape if isinstance(part, Vector) else ()
                part = like(shape, imported(components(part), self.context, sampled))
                sampled = max(sampled, sample_count(components(part)))
            parts.append(part)
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        if len({part.shape if isinstance(part, Vector) else () for part in known}) > 1:
            self.context.problems.add(place, "expected components of the same shape")
            return None
        return Vector(known)

    def _imported(self, place: Place, raw: Expr) -> Expr | None:
        if self.context.is_broken(raw):
            return None
        try:
            return imported([raw], self.context)[0]
        except DomainError as error:
            self.context.problems.add(place, str(error))
            return None

    def _text(self, place: Place, raw: Expr) -> str | None:
        """The text of a script's expression with random numbers, in which every distribution stands where it is
        sampled. A distribution that occurs twice is refused: one random number and two look the same as text."""
        counts = occurrences(raw.graph.nodes, raw.index)
        twice = next((k for k, n in counts.items() if n > 1 and raw.graph.nodes[k].op == "distribution"), None)
        if twice is not None:
            self.context.problems.add(
                place, f"{Expr(raw.graph, twice).text(60)} occurs more than once in this expression, so it is not "
                "clear whether it is one random number or several: make a derived variable of it, and use that"
            )
            return None
        return raw.text()

    def _parsed(self, place: Place, text: str, shape: tuple[int, ...] | None) -> Value | None:
        context = self.context
        if context.is_broken(text) or not self._columns_exist(place, text):
            return None
        self._count_work(place, text)
        known = len(context.graph)
        try:
            value = parse(
                text, self.scope, context.graph, population=self.population or None, initial=self.random,
                stream=self._stream(place) if self.steps else None,
                length=shape[0] if shape and (self.random or self.steps) else None,
            )
            if self.population and self.random and shape == () and isinstance(value, Vector):
                stacked = vector_per_node(place, text, value, self.population, context, self.scope)
                if stacked is None:
                    return None
                value = stacked
        except ExpressionError as error:
            context.problems.add(place, self._explained(error.message), text=text, column=error.column)
            return None
        for distribution in impossible_distributions(components(value)) if self.random else ():
            context.problems.add(place, f"{distribution}: there is no such distribution")
            break
        if any(node.op in RANDOM for node in context.graph.nodes[known:]):
            context.random_places.append(place)
        return value

    def _columns_exist(self, place: Place, text: str) -> bool:
        """Whether every `graph.column` in a text is known; the first that is not is noted."""
        for name in _DOTTED.findall(text[:MAX_LENGTH]):
            graph, column = name.split(".")
            if graph in self.context.nodes and name not in self.scope:
                self.context.problems.add(place, self.context.unusable.get(name) or self._no_column(graph, column))
                return False
        return True

    def _no_column(self, graph: str, column: str) -> str:
        names = (*self.context.values.get(graph, ()), *self.context.unusable)
        known = [n.split(".")[1] for n in names if n.startswith(f"{graph}.")]
        return f"the nodes of {graph} have nothing with the name {shown(column)}{suggestion(column, known)}"

    def _count_work(self, place: Place, text: str) -> None:
        """Stop with the problems found so far once the texts of the scenario exceed MAX_WORK."""
        context, used = self.context, NAME.findall(text[:MAX_LENGTH])
        context.work += len(used) * max(
            (len(components(v)) for v in map(self.scope.get, set(used)) if isinstance(v, Vector)), default=1
        )
        if context.work > MAX_WORK:
            context.problems.add(place, f"the scenario's expressions need more than {MAX_WORK:,} operations together")
            context.problems.finish()

    def _stream(self, place: Place) -> str:
        """The name of the random stream of a text: its path, with the stream's name in place of the variable's."""
        section, *rest = place.written
        if section == "variables" and rest[0] in self.context.streams:
            return Place((), (section, self.context.streams[str(rest[0])], *rest[1:])).path
        return place.path

    def _explained(self, message: str) -> str:
        """The message, or why a name that exists has no value here."""
        match = _UNKNOWN.match(message)
        if match and match[1] in self.context.later:
            return f"{shown(match[1])} is a variable: only parameters have a value here"
        return message
