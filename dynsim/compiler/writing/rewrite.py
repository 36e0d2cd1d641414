"""Expressions as a kernel needs them: the same values, computed where it is cheapest."""

from __future__ import annotations

from collections.abc import Mapping

from ...algebra.graph import Expr, fill
from ...algebra.operations import OPERATIONS
from ...algebra.structural import gather_source
from .layout import Layout


def ready(place: Layout, outputs: Mapping[str, Expr]) -> dict[str, Expr]:
    """The outputs without the names of derived variables, and each in its slot's domain.

    A value of an edge that depends on its source alone is computed once per node and then gathered. (The graph itself
    keeps such values on the edge: a node's own gradient stops at the gather, and must see what comes after it.)
    """
    values = list(outputs.values())
    if not values:
        return {}
    graph = values[0].graph
    new: dict[int, Expr] = {}
    for index in graph.reachable(values):
        node = graph.nodes[index]
        args = [new[k] for k in node.args]
        if node.op == "named":  # only derivatives need to know where a derived variable is
            new[index] = args[0]
        elif node.op in OPERATIONS:
            new[index] = _elementwise(node.op, args)
        elif node.op == "fill":
            new[index] = fill(args[0], node.domain)
        elif args and args[0].index != node.args[0]:
            new[index] = graph.add(node.op, (args[0].index,), node.data, node.domain)
        else:
            new[index] = Expr(graph, index)
    return {slot: fill(new[e.index], place.slots[slot].domain) for slot, e in outputs.items()}


def _elementwise(op: str, args: list[Expr]) -> Expr:
    graph = args[0].graph
    others = [a.args[0] if a.op == "gather_source" else a for a in args]
    from_source = any(a.op == "gather_source" for a in args)
    elsewhere = any(a.op != "gather_source" and a.domain.kind != "scalar" for a in args)
    if from_source and not elsewhere and not OPERATIONS[op].boolean:
        return gather_source(graph.apply(op, *others))
    return graph.apply(op, *args)
