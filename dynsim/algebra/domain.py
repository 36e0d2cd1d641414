"""Where a value lives: one number, one per node of a population, or one per edge of its graph."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Domain(NamedTuple):
    """The type of an expression. `population` names the graph whose nodes or edges index the value."""

    kind: Literal["scalar", "node", "edge"] = "scalar"
    population: str = ""

    def __str__(self) -> str:
        if self.kind == "scalar":
            return "a scalar"
        return f"one value per {self.kind} of {self.population}"


SCALAR = Domain()


def node(population: str) -> Domain:
    return Domain("node", population)


def edge(population: str) -> Domain:
    return Domain("edge", population)
