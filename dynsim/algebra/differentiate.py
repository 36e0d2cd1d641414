"""Derivatives on the expression graph: reverse mode, forward mode, and a population's own gradient.

Reverse mode (Linnainmaa 1970) walks the indices downwards once, so that a gradient costs a small multiple of the
value; forward mode walks upwards once for a Jacobian–vector product. Both are closed under the structural operations:
gather ↔ sum over edges, total ↔ fill.

A *path factor* scales what flows through a derived variable: {name: factor} with factor 1 (all is seen, the default)
to 0 (blind). Factors act wherever the derivative crosses the `named` node.
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
    """Σ_k seed_k ∂output_k/∂x for every x in `wrt`; a population output stands for the sum of its values.

    The result has the domain of x: ∂/∂x of a population x is one value per node. Seeds are constants of the
    differentiation (default 1), so gradient([ξ], [x], [v]) is the Jacobian-transpose–vector product (∂ξ/∂x)ᵀ v.
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
                contribution = total(contribution)
            adjoints.add(argument, contribution)
    return adjoints.of(wrt)


def own_gradient(output: Expr, wrt: Sequence[Expr], factors: Factors | None = None) -> list[Expr]:
    """∂output_i/∂x_i, one value per node i: every node's derivative of its own value by its own variable.

    Neighbours' values are taken as given: the derivative stops where `neighbor(...)` gathers, except along the edge of
    a node to itself, where the neighbour is the node. The way through sums and means over the whole population is
    followed exactly: node i's share of a mean is 1/n.
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
            shared.append((expr, adjoint))
            continue
        if expr.op == "gather_source":
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
    """x on the edges of nodes to themselves, 0 on all others."""
    number = number_of(x.graph, x.domain.population)
    ends = gather_source(number), gather_target(number)
    return x.graph.apply("where", x.graph.apply("eq", *ends), fill(x, x.domain), 0.0)


def jvp(
    outputs: Sequence[Expr],
    wrt: Sequence[Expr],
    direction: Sequence[Any],
    factors: Factors | None = None,
) -> list[Expr]:
    """The Jacobian–vector product Σ_x (∂output/∂x) v_x for every output, in one upward pass."""
    graph = wrt[0].graph
    tangents: dict[int, Expr] = {
        x.index: fill(graph.expr(v), x.domain) for x, v in zip(wrt, direction, strict=True)
    }
    for index in graph.reachable(outputs):
        expr = Expr(graph, index)
        if index not in tangents and any(k in tangents for k in expr.node.args):
            tangent = push_forward(expr, tangents, factors or {})
            if not is_zero(tangent):
                tangents[index] = tangent
    zero = graph.constant(0.0)
    return [fill(tangents.get(y.index, zero), y.domain) for y in outputs]


class _Adjoints:
    """Accumulated adjoints of the nodes that lie between the outputs and the variables."""

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
            if index in self.values and index not in self.variables:
                yield index, self.values[index]

    def of(self, wrt: Sequence[Expr]) -> list[Expr]:
        zero = self.graph.constant(0.0)
        return [fill(self.values.get(x.index, zero), x.domain) for x in wrt]
