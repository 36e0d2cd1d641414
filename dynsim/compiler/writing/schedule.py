"""The order of loops: the level of every value.

A level is one loop over the lanes for its scalars, then one loop over the nodes of each population. A value goes to
a later level than its argument if the argument must be complete first: a sum over all nodes, or a computed value that
an edge gathers from another node. Everything else is fused into the loop of its level, so that most values never
leave a register. A random number waits for nothing and is sampled in the first loop that needs it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ...algebra.graph import Expr, Graph
from ...algebra.nodes import RANDOM

AVAILABLE = ("constant", "symbol", "weight", "index", "size", "values", "time")
GATHERS = ("gather_source", "gather_target")
REDUCTIONS = ("total", "peak")
EDGE_SUMS = ("sum_target", "sum_source", "max_target")


@dataclass
class Schedule:
    """levels: by level, the indices to compute (arguments first). stored: values that another loop needs."""

    graph: Graph
    order: list[int]
    level: dict[int, int]
    uses: Counter[int]
    stored: set[int] = field(default_factory=set)

    def at(self, level: int, kind: str, population: str = "") -> list[int]:
        """The indices of one loop."""
        nodes = self.graph.nodes
        return [
            k for k in self.order
            if self.level[k] == level and nodes[k].domain.kind == kind and nodes[k].domain.population == population
        ]

    @property
    def depth(self) -> int:
        return 1 + max(self.level.values(), default=0)


def schedule(graph: Graph, outputs: Sequence[Expr]) -> Schedule:
    """The levels of everything that the outputs need."""
    order = graph.reachable(outputs)
    level: dict[int, int] = {}
    for index in order:
        node = graph.nodes[index]
        barrier = node.op in REDUCTIONS
        level[index] = max(
            (level[k] + (barrier or (node.op in GATHERS and graph.nodes[k].op not in AVAILABLE)) for k in node.args),
            default=0,
        )
    _as_late_as_possible(graph, order, level)
    uses = Counter(k for index in order for k in graph.nodes[index].args)
    uses.update(e.index for e in outputs)
    plan = Schedule(graph, order, level, uses)
    for index in order:
        node = graph.nodes[index]
        for k in node.args:
            if graph.nodes[k].op not in AVAILABLE and _crosses(graph, level, index, k):
                plan.stored.add(k)
    return plan


def _as_late_as_possible(graph: Graph, order: Sequence[int], level: dict[int, int]) -> None:
    """Put every random number on the first level that uses it: left on level 0, it would wait in scratch."""
    first: dict[int, int] = {}
    for index in order:
        node = graph.nodes[index]
        before = level[index] - (node.op in REDUCTIONS or node.op in GATHERS)
        first |= {k: min(before, first.get(k, before)) for k in node.args if graph.nodes[k].op in RANDOM}
    level.update(first)


def _crosses(graph: Graph, level: dict[int, int], user: int, used: int) -> bool:
    """Whether another loop than the one that computes `used` reads it."""
    a, b = graph.nodes[used], graph.nodes[user]
    if b.op in REDUCTIONS:
        return False  # accumulated where its argument is computed
    if b.op in GATHERS:
        return True
    if level[used] != level[user]:
        return a.domain.kind != "edge"
    return a.domain.kind == "scalar" and b.domain.kind != "scalar"
