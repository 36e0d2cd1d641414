"""Expressions as text that the parser reads back."""

from __future__ import annotations

from .graph import Expr
from .operations import OPERATIONS

_STRUCTURAL = {
    "gather_source": "neighbor({0})",
    "gather_target": "{0}",
    "sum_target": "sum_neighbors({0})",
    "max_target": "max_neighbors({0})",
    "sum_source": "sum_outgoing({0})",
    "total": "sum({0})",
    "peak": "max({0})",
    "fill": "{0}",
}
_LEAF = {"weight": "weight", "index": "index", "time": "t"}


def to_text(expr: Expr, limit: int) -> str:
    """The text of `expr`; cut at about `limit` characters, marked by …

    A derived variable is printed by its name. Shared parts are written out where they are used.
    """
    graph = expr.graph
    texts: dict[int, str] = {}
    for index in _needed(expr):
        node = graph.nodes[index]
        if node.op == "constant":
            text = str(node.data).removesuffix(".0")
        elif node.op in ("symbol", "draw", "noise") or (node.op == "named" and index != expr.index):
            text = str(node.data)
        elif node.op == "named":
            text = texts[node.args[0]]
        elif node.op == "size":
            text = f"size({node.data})"
        elif node.op in _LEAF:
            text = _LEAF[node.op]
        else:
            template = OPERATIONS[node.op].text if node.op in OPERATIONS else _STRUCTURAL[node.op]
            text = template.format(*[texts[k] for k in node.args])
        texts[index] = text if len(text) <= limit else text[:limit] + "…"
    text = texts[expr.index]
    outer = text[1:-1]
    balanced = text.startswith("(") and text.endswith(")") and _closes_at_end(text)
    return outer if balanced else text


def _needed(expr: Expr) -> list[int]:
    """What the text needs: like reachable, but a derived variable stands for itself."""
    nodes = expr.graph.nodes
    seen: set[int] = set()
    stack = [expr.index]
    while stack:
        index = stack.pop()
        if index in seen:
            continue
        seen.add(index)
        if nodes[index].op != "named" or index == expr.index:
            stack.extend(nodes[index].args)
    return sorted(seen)


def _closes_at_end(text: str) -> bool:
    depth = 0
    for k, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return k == len(text) - 1
    return False
