"""The symbols that a `System` hands to a script, for use in Python expressions."""

from __future__ import annotations

from typing import Any

from ..algebra.domain import SCALAR, Domain, node
from ..algebra.graph import Expr, Graph
from ..algebra.reading.parse import parse
from ..algebra.value import Value, components, like
from ..algebra.vector import Vector
from ..errors import DynsimError
from .component_names import component_names


class Symbols:
    """graph: holds the expressions that a script builds from the symbols."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._scope: dict[str, Expr | Vector | Domain] = {}

    def copy(self) -> Symbols:
        """The same symbols in the same graph; names declared later are not shared."""
        result = Symbols()
        result.graph, result._scope = self.graph, dict(self._scope)
        return result

    def population(self, name: str) -> None:
        """Make `name` known as a population in texts."""
        self._scope[name] = node(name)

    def declare(self, name: str, shape: tuple[int, ...] = (), domain: Domain = SCALAR) -> Expr | Vector:
        """New symbols for the components of `name`."""
        symbols = like(shape, [self.graph.symbol(part, domain) for part in component_names(name, shape)])
        self._scope[name] = symbols
        return symbols

    def declare_like(self, name: str, raw: Any) -> Expr | Vector:
        """New symbols with the shape and domain of the expression `raw`; a scalar if it cannot be read yet, because it
        mentions names that are declared later."""
        value = self._value(raw)
        if value is None:
            return self.declare(name)
        shape = value.shape if isinstance(value, Vector) else ()
        return self.declare(name, shape, components(value)[0].domain)

    def _value(self, raw: Any) -> Value | None:
        try:
            if isinstance(raw, list | tuple):
                parts = [self._value(item) for item in raw]
                return None if None in parts or not parts else Vector(parts)
            if isinstance(raw, str):
                return parse(raw, self._scope, self.graph)
            return self.graph.expr(raw)
        except DynsimError:
            return None
