"""Derivatives on the expression graph: reverse mode, forward mode, and a population's own gradient.

Reverse mode (Linnainmaa 1970) walks the indices downwards once, so a gradient costs a small multiple of the value;
forward mode walks upwards once for a Jacobian–vector product. Derivatives are expressions of the same graph: they share
the parts of the value that they use, and can be differentiated again. Structural operations are each other's adjoints
(gather ↔ sum over edges, total ↔ fill), so a derivative needs no operations that a value does not have.

A *path factor* scales the derivative that passes through a derived variable: {name: factor}, from 1 (an agent sees the
whole effect, the default) to 0 (it is blind to it). Factors act wherever the derivative crosses the `named` node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import DomainError
from .derivatives import Factors, is_zero, pull_back, push_forward
from .graph import Expr, Graph, fill
from .leaves import index as number_of
from .structural import gather_source, gather_target, sum_target, total


def gradient(
    outputs: Sequence[Expr],
    wrt: Sequence[Expr],
    seeds: Sequence[Any] | None = None,
    factors: Factors | None = None,
) -> list[Expr]:
    """Σ_k seed_k ∂output_k/∂x for every x in `wrt`. An output with one value per node stands for the sum of these.

    The result for x has the domain of x: a population's is one value per node. Seeds (default 1) are not
    differentiated, so gradient([ξ], [x], [v]) is the product of the transposed Jacobian with a vector, (∂ξ/∂x)ᵀ v.
    DomainError where the outputs depend on x through a random initial value.
    """
    graph = wrt[0].graph
    adjoints = _Adjoints(graph, outputs, wrt)
    for output, seed in zip(outputs, seeds or [1.0] * len(outputs), strict=True):
        adjoints.add(output.index, fill(graph.expr(seed), output.domain))
    for index, adjoint in adjoints.downwards():
        expr = Expr(graph, index)
        for k, contribution in pull_back(expr, adjoint, factors or {}, adjoints.active):
            argument = expr.node.args[k]
            if graph.nodes[argument].domain.kind == "scalar":
                contribution = total(contribution)  # a scalar enters every element
            adjoints.add(argument, contribution)
    return adjoints.of(wrt)


def own_gradient(output: Expr, wrt: Sequence[Expr], factors: Factors | None = None) -> list[Expr]:
    """∂output_i/∂x_i, one value per node i: the derivative of every node's own value by its own variable.

    This is the gradient of nodes that each take their neighbours' values as given: the derivative stops where
    `neighbor(...)` gathers, except along the edge of a node to itself. Sums and means over the whole population are
    followed exactly: node i's share of a mean is 1/n.

    output: one value per node. DomainError for another domain, and for a sum over outgoing edges.
    """
    graph = output.graph
    if output.domain.kind != "node":
        raise DomainError(f"expected one objective per node, got {output.domain}: {output.text(60)}")
    adjoints = _Adjoints(graph, [output], wrt)
    adjoints.add(output.index, fill(graph.constant(1.0), output.domain))
    shared: list[tuple[Expr, Expr]] = []
    for index, adjoint in adjoints.downwards():
        expr = Expr(graph, index)
        if expr.domain.kind == "scalar":
            # Below a scalar, adjoints of different nodes would be summed. Each node's adjoint waits here instead, and
            # multiplies the scalar's whole gradient at the end.
            shared.append((expr, adjoint))
            continue
        if expr.op == "gather_source":  # the neighbour's value, except on an edge of a node to itself
            if expr.domain.population in graph.looped:
                adjoints.add(expr.args[0].index, sum_target(_on_loops(adjoint)))
            continue
        if expr.op == "sum_source":
            raise DomainError("the own gradient of a sum over outgoing edges is not defined")
        for k, contribution in pull_back(expr, adjoint, factors or {}, adjoints.active):
            argument = expr.args[k]
            if argument.domain.kind == "scalar" and contribution.domain.kind == "edge":
                contribution = sum_target(contribution)
            adjoints.add(argument.index, contribution)
    results = adjoints.of(wrt)
    for scalar, adjoint in shared:
        through = gradient([scalar], wrt, factors=factors)
        results = [own + adjoint * part for own, part in zip(results, through, strict=True)]
    return results


def _on_loops(x: Expr) -> Expr:
    """x on the edges that join a node to itself, 0 on all others."""
    number = number_of(x.graph, x.domain.population)
    ends = gather_source(number), gather_target(number)
    return x.graph.apply("where", x.graph.apply("eq", *ends), fill(x, x.domain), 0.0)


def jvp(
    outputs: Sequence[Expr],
    wrt: Sequence[Expr],
    direction: Sequence[Any],
    factors: Factors | None = None,
) -> list[Expr]:
    """The Jacobian–vector product Σ_x (∂output/∂x) v_x for every output, in one upward pass.

    wrt and direction have the same length; a number or scalar stands for the same value at all nodes of x.
    """
    graph = wrt[0].graph
    tangents: dict[int, Expr] = {
        x.index: fill(graph.expr(v), x.domain) for x, v in zip(wrt, direction, strict=True)
    }
    for index in graph.reachable(outputs):
        expr = Expr(graph, index)
        if index not in tangents and any(k in tangents for k in expr.node.args):
            tangent = push_forward(expr, tangents, factors or {})
            # a zero tangent is left out, so that nothing above it is differentiated in vain
            if not is_zero(tangent):
                tangents[index] = tangent
    zero = graph.constant(0.0)
    return [fill(tangents.get(y.index, zero), y.domain) for y in outputs]


class _Adjoints:
    """Accumulated adjoints of the nodes that lie between the outputs and the variables.

    Only these nodes get one: the adjoint of anything else would cost as much and be thrown away.
    """

    def __init__(self, graph: Graph, outputs: Sequence[Expr], wrt: Sequence[Expr]) -> None:
        self.graph = graph
        self.order = graph.reachable(outputs)
        self.variables = {x.index for x in wrt}
        self.active = set(self.variables)
        for index in self.order:
            if any(k in self.active for k in graph.nodes[index].args):
                self.active.add(index)
        self.values: dict[int, Expr] = {}

    def add(self, index: int, contribution: Expr) -> None:
        if index in self.active and not is_zero(contribution):
            known = self.values.get(index)
            self.values[index] = contribution if known is None else known + contribution

    def downwards(self) -> Any:
        for index in reversed(self.order):
            # a variable may be an inner node (a derived variable): the derivative ends there
            if index in self.values and index not in self.variables:
                yield index, self.values[index]

    def of(self, wrt: Sequence[Expr]) -> list[Expr]:
        zero = self.graph.constant(0.0)
        return [fill(self.values.get(x.index, zero), x.domain) for x in wrt]
