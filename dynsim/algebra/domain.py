"""Where a value lives: one number, one per node of a population, or one per edge of its graph."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple


class Domain(NamedTuple):
    """The type of an expression. `population` names the graph whose nodes or edges index the value."""

    kind: Literal["scalar", "node", "edge"] = "scalar"
    population: str = ""

    def __str__(self) -> str:
        if self.kind == "scalar":
            return "a scalar"
        return f"one value per {self.kind} of {self.population}"

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy of SCALAR is SCALAR itself, which the graph compares by identity."""
        return _domain, (self.kind, self.population)


SCALAR = Domain()


def _domain(kind: Literal["scalar", "node", "edge"], population: str) -> Domain:
    return SCALAR if kind == "scalar" else Domain(kind, population)


def node(population: str) -> Domain:
    return Domain("node", population)


def edge(population: str) -> Domain:
    return Domain("edge", population)
