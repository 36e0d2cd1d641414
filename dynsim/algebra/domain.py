"""Where a value lives: one number, one per node of a population, or one per edge of its graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple


class Domain(NamedTuple):
    """The type of an expression. `population` names the graph whose nodes or edges index the value."""

    kind: Literal["scalar", "node", "edge"] = "scalar"
    population: str = ""

    def __str__(self) -> str:
        if self.kind == "scalar":
            return "a scalar"
        return f"one value per {self.kind} of {self.population}"

    def __reduce__(self) -> tuple[Callable[[str, str], Domain], tuple[str, str]]:
        return _domain, tuple(self)  # a copy of SCALAR is SCALAR itself, which the graph compares by identity


SCALAR = Domain()


def _domain(kind: Literal["scalar", "node", "edge"], population: str) -> Domain:
    return SCALAR if kind == "scalar" else Domain(kind, population)


def node(population: str) -> Domain:
    return Domain("node", population)


def edge(population: str) -> Domain:
    return Domain("edge", population)
