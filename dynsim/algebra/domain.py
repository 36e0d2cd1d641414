"""Where a value lives: one number, one per node of a population, or one per edge of its graph."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from ..errors import DomainError


class Domain(NamedTuple):
    """The type of an expression. `population` names the graph whose nodes or edges index the value."""

    kind: Literal["scalar", "node", "edge"] = "scalar"
    population: str = ""

    def __str__(self) -> str:
        if self.kind == "scalar":
            return "a scalar"
        return f"one value per {self.kind} of {self.population}"

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy of SCALAR is SCALAR itself, because the graph compares it by identity."""
        return _domain, (self.kind, self.population)


SCALAR = Domain()


def _domain(kind: Literal["scalar", "node", "edge"], population: str) -> Domain:
    return SCALAR if kind == "scalar" else Domain(kind, population)


def node(population: str) -> Domain:
    return Domain("node", population)


def edge(population: str) -> Domain:
    return Domain("edge", population)


def join(domains: Iterable[Domain], what: str) -> Domain:
    """The domain of an elementwise operation on values of these domains.

    A scalar combines with everything; a node's value combines with an edge's at the edge's target. DomainError,
    which names the operation `what`, for two different populations.
    """
    result = SCALAR
    for domain in domains:
        if domain.kind == "scalar" or domain == result:
            continue
        if result.kind == "scalar":
            result = domain
        elif domain.population != result.population:
            raise DomainError(
                f"{what}: cannot combine {domain} with {result}: "
                "reduce one of them first, with sum(...), mean(...) or max(...)"
            )
        else:
            result = edge(domain.population)  # the only pair left is node and edge
    return result
