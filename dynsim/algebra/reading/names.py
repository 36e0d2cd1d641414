"""The meaning of names in a text: variables and parameters in scope, populations, and the names of the language."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ...errors import DomainError
from ..domain import Domain
from ..graph import Expr, Graph
from ..leaves import time
from ..value import Value
from ..vector import Vector
from .calls import OF_POPULATION

CONSTANTS = {"pi": math.pi, "e": math.e}
RESERVED = frozenset({*CONSTANTS, "t", *OF_POPULATION})
"""Names that mean something of their own; in a scope, a variable of the same name goes first."""


class Names:
    """The names that one text may use.

    scope: expressions, vectors, and populations (as the domain of their nodes) by name. population: which one a bare
    weight, index, degree or size belongs to, by default the only population in scope.
    """

    def __init__(self, scope: Mapping[str, Value | Domain], graph: Graph, population: str | None) -> None:
        self.scope, self.graph, self.population = scope, graph, population

    def variable(self, name: str) -> Value | None:
        """The value in scope under this name, which may hold dots and an index, or None."""
        value = self.scope.get(name)
        return value if isinstance(value, (Expr, Vector)) else None

    def bare(self, name: str) -> Value | None:
        """The value of a bare name, of a variable or of the language itself (pi, t, …); otherwise None."""
        value = self.variable(name)
        if value is not None:  # a user's variable e hides Euler's number
            return value
        if name in CONSTANTS:
            return self.graph.constant(CONSTANTS[name])
        if name == "t":
            return time(self.graph)
        return OF_POPULATION[name](self.graph, self._default_population(name)) if name in OF_POPULATION else None

    def is_population(self, name: str) -> bool:
        return isinstance(self.scope.get(name), Domain)

    def _default_population(self, what: str) -> str:
        if self.population is not None:
            return self.population
        found = sorted({d.population for d in self.scope.values() if isinstance(d, Domain)})
        if len(found) == 1:
            return found[0]
        choice = f"write {what}({found[0]}), …: there are {', '.join(found)}" if found else "there is none"
        raise DomainError(f"{what}: which population? {choice}")
