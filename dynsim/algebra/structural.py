"""Structural operations: they move values between scalars, the nodes of a population and its edges.

    gather_source  node → edge    the value at the edge's tail: the neighbour's value
    gather_target  node → edge    the value at the edge's head: the node's own value
    sum_target     edge → node    sum over a node's incoming edges (adjoint of gather_target)
    sum_source     edge → node    sum over a node's outgoing edges (adjoint of gather_source)
    max_target     edge → node    maximum over a node's incoming edges
    total          any  → scalar  sum over all elements
    peak           any  → scalar  maximum over all elements
    fill           scalar → any   the same value everywhere (adjoint of total; graph.py, which spreads scalars itself)
    stack          scalar → node  a value for each node; in initial values alone
    named          identity       a derived variable: the place where path factors act

A value that is the same at all elements (a fill) is reduced without a loop: its total is the value times the number of
elements. All functions raise DomainError, in a user's words, for a value of another domain.
"""

from __future__ import annotations

from collections.abc import Sequence

from .domain import edge, node
from .graph import Expr, Graph, expect_domain, fill
from .leaves import size


def gather_source(x: Expr) -> Expr:
    """The value of a node at the edges that leave it: on every edge, the neighbour's value."""
    expect_domain(x, "node", "neighbor")
    domain = edge(x.domain.population)
    return fill(x.args[0], domain) if x.op == "fill" else x.graph.add("gather_source", (x.index,), None, domain)


def gather_target(x: Expr) -> Expr:
    """The value of a node at the edges that enter it: on every edge, the node's own value."""
    expect_domain(x, "node", "gather")
    return fill(x, edge(x.domain.population))


def sum_target(x: Expr) -> Expr:
    """The sum over every node's incoming edges. A value that is the same on all of them is multiplied by the degree."""
    expect_domain(x, "edge", "sum_neighbors")
    # the sum of ones is the degree itself (`degree`), which has no simpler form
    if x.op == "gather_target" or (x.op == "fill" and x.args[0].constant != 1.0):
        return x.args[0] * degree(x.graph, x.domain.population)
    return x.graph.add("sum_target", (x.index,), None, node(x.domain.population))


def sum_source(x: Expr) -> Expr:
    """The sum over every node's outgoing edges."""
    expect_domain(x, "edge", "sum_outgoing")
    return x.graph.add("sum_source", (x.index,), None, node(x.domain.population))


def max_target(x: Expr) -> Expr:
    """The maximum over every node's incoming edges, 0 for a node that has none."""
    expect_domain(x, "edge", "max_neighbors")
    return x.graph.add("max_target", (x.index,), None, node(x.domain.population))


def total(x: Expr) -> Expr:
    """The sum over all elements, a scalar; a scalar is its own total."""
    if x.domain.kind == "scalar":
        return x
    if x.op == "fill":
        population = x.domain.population
        by_node = x.domain.kind == "node"  # otherwise by edge: there are as many as the degrees add up to
        return x.args[0] * (size(x.graph, population) if by_node else total(degree(x.graph, population)))
    return x.graph.add("total", (x.index,))


def peak(x: Expr) -> Expr:
    """The maximum over all elements, a scalar; a scalar is its own maximum."""
    if x.domain.kind == "scalar":
        return x
    return x.args[0] if x.op == "fill" else x.graph.add("peak", (x.index,))


def degree(graph: Graph, population: str) -> Expr:
    """The number of incoming edges of every node."""
    return sum_target(fill(graph.constant(1.0), edge(population)))


def stack(parts: Sequence[Expr], population: str) -> Expr:
    """Scalars as the values of a population's nodes, one for each node in order."""
    return parts[0].graph.add("stack", tuple(part.index for part in parts), None, node(population))


STRUCTURAL = {
    f.__name__: f for f in (gather_source, gather_target, sum_target, sum_source, max_target, total, peak)
}
"""The operations that need nothing but their argument, by name: what `substitute` and derivatives call again."""


def named(x: Expr, name: str) -> Expr:
    """`x` as the derived variable `name`: the place where an agent's path factor acts."""
    return x.graph.add("named", (x.index,), name, x.domain)
