"""What has been declared so far while a scenario is read: the names, their values, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ...algebra.domain import SCALAR, Domain
from ...algebra.graph import Expr, Graph
from ...algebra.value import components, like
from ...algebra.vector import Vector
from ..grammar.problems import Place, Problems, suggestion
from ..model import Value
from ..text.yaml_scalars import shown
from ..values import component_names, mentioned


class Declarations:
    """A graph under construction with its scope.

    broken: names of what is itself wrong; what mentions them is passed over. leaves: the expression of every name and
    component. nodes: the labels of every population's nodes. values: numbers of its nodes by name. unusable: columns
    of nodes that are no numbers, and why.
    """

    def __init__(self, problems: Problems, broken: Iterable[str] = ()) -> None:
        self.graph = Graph()
        self.problems = problems
        self.scope: dict[str, Expr | Vector | Domain] = {}
        self.leaves: dict[str, Expr] = {}
        self.broken = set(broken)
        self.nodes: dict[str, Sequence[str]] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self.unusable: dict[str, str] = {}

    def declare(self, name: str, value: Value) -> None:
        """From here on `name` means `value`, in texts and for the handles of scripts."""
        self.scope[name] = value
        shape = value.shape if isinstance(value, Vector) else ()
        self.leaves |= dict(zip(component_names(name, shape), components(value), strict=True))

    def symbols(self, name: str, shape: tuple[int, ...], domain: Domain = SCALAR) -> Value:
        """New leaf symbols: name, name[0], name[0][1]."""
        return like(shape, [self.graph.symbol(part, domain) for part in component_names(name, shape)])

    def is_broken(self, raw: Any) -> bool:
        """Whether it mentions something that is itself wrong, so that reading it would only add noise."""
        return not self.broken.isdisjoint(mentioned(raw))

    def refuse_per_node(self, place: Place, target: str) -> bool:
        """Note that a value per node is the same in all replicas, at all times, if `target` is one."""
        name = next((n for names in self.values.values() for n in names if n == re.sub(r"\[\d+\]\Z", "", target)), None)
        if name is None:
            return False
        message = f"{shown(name)} has one value per node, the same in all replicas: "
        message += "to change it, make it a variable on the graph, or multiply it by a parameter"
        self.problems.add(place, message, at_key=True)
        return True

    def no_column(self, graph: str, column: str) -> str:
        """Why `graph.column` has no value: its cells are no numbers, or there is no such column."""
        name = f"{graph}.{column}"
        if name in self.unusable:
            return self.unusable[name]
        known = [n.split(".")[1] for n in (*self.values.get(graph, ()), *self.unusable) if n.startswith(f"{graph}.")]
        return f"the nodes of {graph} have nothing with the name {shown(column)}{suggestion(column, known)}"
