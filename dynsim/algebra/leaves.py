"""Leaves: the values that no other value of the graph enters, apart from constants and symbols (Graph makes those)."""

from __future__ import annotations

from .domain import SCALAR, Domain, edge, node
from .graph import Expr, Graph


def weight(graph: Graph, population: str) -> Expr:
    """The weight of every edge."""
    return graph.add("weight", domain=edge(population))


def index(graph: Graph, population: str) -> Expr:
    """The number of every node, counted from 0."""
    return graph.add("index", domain=node(population))


def values(graph: Graph, population: str, name: str) -> Expr:
    """The numbers that the topology holds under this name, one per node; all replicas share them."""
    return graph.add("values", data=name, domain=node(population))


def size(graph: Graph, population: str) -> Expr:
    """The number of nodes, a scalar."""
    return graph.add("size", data=population)


def time(graph: Graph) -> Expr:
    """The time of the clock; in a discrete system the number of the step."""
    return graph.add("time")


def noise(graph: Graph, name: str, domain: Domain = SCALAR) -> Expr:
    """A standard normal number, new in every step, replica and node.

    name: which of the step's numbers it is; a variable's own noise has the name of its slot.
    """
    return graph.add("noise", data=name, domain=domain)


def uniform(graph: Graph, name: str, domain: Domain = SCALAR) -> Expr:
    """A number uniform in (0, 1), new in every step, replica and node; independent of the noise with the same name."""
    return graph.add("uniform", data=name, domain=domain)
