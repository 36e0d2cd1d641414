"""The same functions of other arguments: some values of an expression replaced by others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .graph import Expr, fill
from .operations import OPERATIONS
from .structural import STRUCTURAL


def substitute(outputs: Sequence[Expr], replacements: Mapping[Expr, Expr]) -> list[Expr]:
    """The outputs with some values (usually symbols) replaced: the same functions at another point.

    All replacements happen at once: what a replacement contains is not replaced again. Nodes are built anew by the
    functions that built them first, so that what has become constant or equal is simplified.
    """
    if not outputs:
        return []
    graph = outputs[0].graph
    new = {old.index: value for old, value in replacements.items()}
    for index in graph.reachable(outputs):
        node = graph.nodes[index]
        if index in new or not any(k in new for k in node.args):  # nothing below it has changed
            continue
        args = [new.get(k, Expr(graph, k)) for k in node.args]
        if node.op in OPERATIONS:
            new[index] = graph.apply(node.op, *args)
        elif node.op == "fill":
            new[index] = fill(args[0], node.domain)
        elif node.op in STRUCTURAL:
            new[index] = STRUCTURAL[node.op](*args)
        else:
            new[index] = graph.add(node.op, tuple(a.index for a in args), node.data, node.domain)
    return [new.get(y.index, y) for y in outputs]


def depends_on(outputs: Sequence[Expr], symbols: Sequence[Expr]) -> bool:
    """Whether any of the outputs contains any of the symbols."""
    wanted = {s.index for s in symbols}
    return bool(outputs) and not wanted.isdisjoint(outputs[0].graph.reachable(outputs))
