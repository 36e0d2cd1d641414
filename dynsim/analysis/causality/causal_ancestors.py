"""What can have had an effect on a variable, by the expressions of a program: through any number of steps."""

from __future__ import annotations

from collections.abc import Iterable

from ...algebra.graph import Expr
from ...compiler.program import Program

_PASSING = frozenset({
    "neg", "fill", "named", "total", "gather_source", "gather_target", "sum_source", "sum_target",
})


def causal_ancestors(program: Program, slots: Iterable[str]) -> set[str]:
    """The slots, states and parameters, whose values can reach these, the slots themselves among them.

    Through their motion, the initial values, and events (what they set, and when); not through a product with the
    constant 0, which is how a path that is closed looks.
    """
    parts = _parts(program)
    found: set[str] = set()
    waiting = list(slots)
    while waiting:
        slot = waiting.pop()
        if slot not in found:
            found.add(slot)
            waiting += _symbols(parts.get(slot, []))
    return found


def _parts(program: Program) -> dict[str, list[Expr]]:
    """All expressions that set a slot, or decide when it is set."""
    parts: dict[str, list[Expr]] = {}
    for update in (program.initial, *program.updates):
        for slot, expr in update.items():
            parts.setdefault(slot, []).append(expr)
    for event in program.events:
        when = [event.condition, *([event.time] if event.time is not None else [])]
        parts.setdefault(event.fired, []).extend(when)
        for slot, expr in event.assignments.items():
            parts.setdefault(slot, []).extend([expr, *when])
    return parts


def _symbols(exprs: list[Expr]) -> list[str]:
    """The symbols that the values depend on."""
    if not exprs:
        return []
    graph = exprs[0].graph
    absent: set[int] = set()
    order = graph.reachable(exprs)
    for index in order:
        if _is_absent(Expr(graph, index), absent):
            absent.add(index)
    seen: set[int] = set()
    waiting = [e.index for e in exprs]
    while waiting:
        index = waiting.pop()
        if index not in seen and index not in absent:
            seen.add(index)
            waiting += graph.nodes[index].args
    return [str(graph.nodes[k].data) for k in seen if graph.nodes[k].op == "symbol"]


def _is_absent(e: Expr, absent: set[int]) -> bool:
    """Whether a value is 0 whatever the state."""
    gone = [k in absent for k in e.node.args]
    if e.op == "constant":
        return e.constant == 0.0
    if e.op == "mul":
        return any(gone)
    if e.op == "div":
        return gone[0]
    if e.op in ("add", "sub"):
        return all(gone)
    if e.op == "where":
        return gone[1] and gone[2]
    return e.op in _PASSING and gone[0]
