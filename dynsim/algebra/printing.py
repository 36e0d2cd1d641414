"""Expressions as text that the parser reads back.

Parsing the text gives the same node, with these exceptions: a fill prints as its scalar, a random number loses its
name, and the noise of variables and rules, NaN and infinite constants have no text that parses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from .nodes import Node, of_a_rule, reachable
from .operations import OPERATIONS

_STRUCTURAL = {
    "gather_source": "neighbor({0})",
    "gather_target": "{0}",  # a plain variable among edges is the node's own: the parser gathers it again
    "sum_target": "sum_neighbors({0})",
    "max_target": "max_neighbors({0})",
    "sum_source": "sum_outgoing({0})",
    "total": "sum({0})",
    "peak": "max({0})",
    "fill": "{0}",
    "named": "{0}",
}


def to_text(nodes: Sequence[Node], index: int, limit: int) -> str:
    """The text of the node `index`, cut after `limit` characters and then marked by ….

    A derived variable is printed by its name, except where it is the node itself; one that is marked by something
    other than a name is printed as what it is. Shared parts are written out wherever they are used, so a text can be
    exponentially longer than its graph: writing stops at the limit, and so does the time it takes.
    """
    written: list[str] = []
    room = limit
    pending: list[str | int] = list(reversed(_parts(nodes[index], nodes, outermost=True)))
    while pending:  # a stack and no recursion: an expression may be deeper than Python's stack
        part = pending.pop()
        if isinstance(part, int):
            pending.extend(reversed(_parts(nodes[part], nodes)))
            continue
        written.append(part)
        room -= len(part)
        if room < 0:
            return "".join(written)[:limit] + "…"
    # brackets are written everywhere, and only the outermost pair is taken away
    text = "".join(written)
    return text[1:-1] if _is_wrapped(text) else text


def occurrences(nodes: Sequence[Node], outermost: int) -> dict[int, int]:
    """How often every part of the node `outermost` occurs in its text: index → count."""
    counts = {outermost: 1}
    for index in reversed(reachable(nodes, [outermost])):
        for part in _parts(nodes[index], nodes, index == outermost) if counts.get(index) else ():
            if isinstance(part, int):
                counts[part] = counts.get(part, 0) + counts[index]
    return counts


def _parts(node: Node, nodes: Sequence[Node], outermost: bool = False) -> list[str | int]:
    """The text of a node: literal pieces, and the indices of the nodes whose text goes between them."""
    if node.op == "sum_target" and nodes[node.args[0]].op == "fill":
        return [f"degree({node.domain.population})"]
    if node.op in ("sample", "distribution"):
        kind = node.data[0]  # type: ignore[index]
        between: list[str | int] = [piece for k in node.args for piece in (", ", k)]
        return [f"{kind}(", *between[1:], ")"]
    if node.op == "stack":
        return ["[", *[piece for k in node.args for piece in (", ", k)][1:], "]"]
    unnamed = outermost or node.op != "named" or not isinstance(node.data, str)
    if node.op in OPERATIONS or (node.op in _STRUCTURAL and unnamed):
        template = OPERATIONS[node.op].text if node.op in OPERATIONS else _STRUCTURAL[node.op]
        return [node.args[p] if isinstance(p, int) else p for p in _pieces(template)]
    return [_leaf(node)]


def _leaf(node: Node) -> str:
    match node.op:
        case "constant":
            text = str(node.data).removesuffix(".0")
            return f"({text})" if text.startswith("-") else text
        case "size":
            return f"size({node.data})"
        case "weight" | "index":
            return f"{node.op}({node.domain.population})"
        case "time":
            return "t"
        case "noise" | "uniform" if not of_a_rule(node):
            return "normal(0, 1)" if node.op == "noise" else "uniform(0, 1)"
        case "noise" | "uniform":
            return f"{node.op}({node.data})"
    return str(node.data)


@cache
def _pieces(template: str) -> tuple[str | int, ...]:
    return tuple(int(p) if k % 2 else p for k, p in enumerate(re.split(r"\{(\d)\}", template)))


def _is_wrapped(text: str) -> bool:
    """Whether the first bracket is closed by the last character."""
    depth = 0
    for k, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return k == len(text) - 1 and k > 0
    return False
