"""Copies expressions into a scenario's graph, from a script's graph or from elsewhere in the same one.

A random number of an initial value is identified by its ordinal within the value. Expressions that were read one by one
all count from 0, so joining them needs new ordinals.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...algebra.domain import Domain
from ...algebra.graph import Expr, fill
from ...algebra.operations import OPERATIONS
from ...errors import DomainError, shown
from .declarations import Declarations


def imported(outputs: list[Expr], context: Declarations, sampled: int = 0) -> list[Expr]:
    """The expressions in the graph of `context`; `sampled` is added to the ordinals of their random numbers.

    DomainError for symbols of another system, symbols that have been redefined, and constants that are not finite.
    """
    if not outputs:
        return []
    source = outputs[0].graph
    if context.handles is not None and source is not context.graph and source is not context.handles:
        raise DomainError(f"{outputs[0].text(60)} is made of another system's symbols")
    new: dict[int, Expr] = {}
    for index in source.reachable(outputs):
        node = source.nodes[index]
        if node.op == "constant" and source is context.handles and not math.isfinite(node.data):  # type: ignore[arg-type]
            raise DomainError(f"expected finite numbers, got {outputs[0].text(60)}")
        args = [new[k] for k in node.args]
        if node.op in OPERATIONS:
            new[index] = context.graph.apply(node.op, *args)
        elif node.op == "fill":
            new[index] = fill(args[0], node.domain)
        elif node.op == "symbol" and source is not context.graph:
            new[index] = _leaf(str(node.data), node.domain, context)
        else:
            data = node.data
            if node.op == "sample":
                data = (data[0], data[1] + sampled)  # type: ignore[index]
            new[index] = context.graph.add(node.op, tuple(a.index for a in args), data, node.domain)
    return [new[e.index] for e in outputs]


def _leaf(name: str, domain: Domain, context: Declarations) -> Expr:
    """The symbol that a script's symbol stands for."""
    leaf = context.leaves.get(name)
    if leaf is None or leaf.domain != domain:
        raise DomainError(f"{shown(name)} has changed since it was used here")
    return leaf


def independent(outputs: Sequence[Expr], context: Declarations) -> list[Expr]:
    """Scalars that were read one by one, renumbered so that no two share a random number."""
    result: list[Expr] = []
    sampled = 0
    for output in outputs:
        result += imported([output], context, sampled)
        sampled = max(sampled, sample_count(result[-1:]))
    return result


def sample_count(outputs: Sequence[Expr]) -> int:
    """One more than the largest ordinal among the random numbers of the outputs; 0 if there is none."""
    graph = outputs[0].graph
    nodes = (graph.nodes[k] for k in graph.reachable(outputs))
    return max((node.data[1] + 1 for node in nodes if node.op == "sample"), default=0)  # type: ignore[index]
