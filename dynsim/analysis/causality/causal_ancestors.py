"""The causal ancestors of variables: everything that can have affected them, through any number of steps."""

from __future__ import annotations

from collections.abc import Iterable

from ...algebra.graph import Expr
from ...compiler.program import Program

# operations that give 0 for 0
_PASSING = frozenset({
    "neg", "fill", "named", "total", "gather_source", "gather_target", "sum_source", "sum_target",
})


def causal_ancestors(program: Program, slots: Iterable[str]) -> set[str]:
    """The slots (states and parameters) whose values can affect these slots, the slots themselves included.

    Effects pass through updates, initial values and events (assignments, conditions and times). They do not pass
    through a product with the constant 0: that is what a closed path compiles to.
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
    """By slot, all expressions that set it or decide when it is set."""
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
    """The names of the symbols that the expressions depend on, without those in parts that are always 0."""
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
    """Whether an expression is 0 in every state. absent: the nodes below it of which this is known."""
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
