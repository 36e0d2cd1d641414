"""The expression graph: every distinct value once, in an order in which arguments come first.

An `Expr` is a light handle (graph, index). Nodes are hash-consed: asking for a value that exists returns the node
that has it, so common subexpressions cost nothing and identity is equality. Arguments always have smaller indices than
the nodes that use them. Every pass (derivative, interpretation, code generation) is therefore one loop over indices
and never recursive, and no expression is too deep for it.

Nodes are elementwise operations (operations.py), which `Graph.apply` builds and simplifies; structural operations,
which move values between domains (structural.py); and leaves (leaves.py). Leaves are a constant, a symbol (a variable
or parameter), the weight of an edge, the index, size and values of a population, the time, a `sample` (a random initial
value), a `distribution` (a random number in a script's expression, whose place is not known yet), and the random
numbers of a step: `noise` (standard normal) and `uniform` (in (0, 1)).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from numbers import Real
from typing import Any

import numpy as np

from ..errors import DomainError
from .domain import SCALAR, Domain, edge, join
from .nodes import RANDOM, Node, reachable
from .numpy_calls import function_of
from .operations import BOOLEAN, OPERATIONS, Operation
from .operators import NoValue, ScalarOperators, is_distribution
from .printing import to_text
from .simplify import Form, simplify
from .vector import Vector, as_vector, elementwise


class Graph:
    """A growing table of nodes. Graphs that are built in the same sequence have the same indices, hence the same
    generated code, which is compiled once.

    looped: the populations in whose graph some node has an edge to itself.
    """

    def __init__(self) -> None:
        self.looped: set[str] = set()
        self.nodes: list[Node] = []
        self.symbols: dict[str, Domain] = {}
        self.distributions = 0  # how many random numbers a script's expressions contain
        self._index: dict[Node, int] = {}

    def __len__(self) -> int:
        return len(self.nodes)

    def __reduce__(self) -> tuple[Any, ...]:
        # The index is built again: it would double the size, and NaN, copied, would not be found in it.
        more = {name: value for name, value in vars(self).items() if name not in ("nodes", "_index")}
        return _copied, (self.nodes,), more

    def add(self, op: str, args: tuple[int, ...] = (), data: Hashable = None, domain: Domain = SCALAR) -> Expr:
        """The node with exactly this content, new or existing."""
        # Equal contents give one node: this is hash-consing, and the only place where nodes are made.
        key = Node(op, args, data, domain)
        index = self._index.get(key)
        if index is None:
            index = len(self.nodes)
            self.nodes.append(key)
            self._index[key] = index
        return Expr(self, index)

    def constant(self, value: float) -> Expr:
        # Hash-consing needs one node per value. −0 equals 0, so the node would have the sign that came first: + 0.0
        # makes it 0. NaN does not equal itself, but the one object math.nan is found again.
        value = float(value) + 0.0
        return self.add("constant", data=math.nan if value != value else value)

    def symbol(self, name: str, domain: Domain = SCALAR) -> Expr:
        self.symbols[name] = domain
        return self.add("symbol", data=name, domain=domain)

    def expr(self, value: Any) -> Expr:
        """`value` as an expression of this graph. Numbers become constants, a script's distribution becomes a leaf.

        DomainError for an expression of another graph and for everything else.
        """
        if isinstance(value, Expr):
            if value.graph is not self:
                text = value.text(60)
                raise DomainError(f"an expression of one system cannot be used in another: {text} belongs to another")
            return value
        # a == b of two expressions is True or False, by whether they are one node; its user means equal(a, b)
        if isinstance(value, Real) and value is not True and value is not False:
            try:
                return self.constant(float(value))
            except OverflowError:
                raise DomainError("the number is too large: it is not finite as a 64-bit float") from None
        if is_distribution(value):
            found: Expr = value.expression(self)
            return found
        if isinstance(value, str):
            raise DomainError(f"expected a symbol or a number, got the text {value[:60]!r}: write the whole as text")
        raise DomainError(f"expected a scalar expression or a number, got {value!r}")

    def apply(self, op: str, *args: Any) -> Expr:
        """An elementwise operation on expressions and numbers, simplified.

        Scalars broadcast over populations, and a node's value enters edges at their head (target). A value that is the
        same at every element (a fill) is computed once, as a scalar; one that is the same on all edges into a node
        (gather_target), once for the node. DomainError for two populations, and for a condition in place of a number.
        """
        operation = OPERATIONS[op]
        exprs = [a if type(a) is Expr and a.graph is self else self.expr(a) for a in args]
        nodes = [self.nodes[e.index] for e in exprs]
        _check_kinds(operation, exprs, nodes)
        domain = SCALAR
        if any(n.domain is not SCALAR for n in nodes):
            domain = join([n.domain for n in nodes], operation.sign)
            bare = [Expr(self, n.args[0]) if n.op == "fill" else e for e, n in zip(exprs, nodes, strict=True)]
            if any(e.domain.kind != "scalar" for e in bare):
                exprs = bare
            elif not operation.boolean:  # only numbers are filled and gathered; a condition stays where it is
                return fill(self.apply(op, *bare), domain)
            if domain.kind == "edge":
                by_node = all(e.domain.kind != "edge" or e.op == "gather_target" for e in exprs)
                if by_node and not operation.boolean:
                    return fill(self.apply(op, *[e.args[0] if e.op == "gather_target" else e for e in exprs]), domain)
                # now every argument has one value per edge, or is a scalar
                exprs = [self._at_edges(e) if e.domain.kind == "node" else e for e in exprs]
        # one order for commutative arguments, so that b + a finds the node of a + b
        if operation.commutative and exprs[0].index > exprs[1].index:
            exprs.reverse()
        indices = tuple([e.index for e in exprs])
        form = simplify(self.nodes, operation, indices, keep_powers=self.distributions > 0)
        return self.add(op, indices, None, domain) if form is None else fill(self._built(form), domain)

    def _built(self, form: Form) -> Expr:
        if type(form) is int:
            return Expr(self, form)
        if not isinstance(form, tuple):
            return self.constant(form)
        op, *parts = form
        if op == "constant":
            return self.constant(*parts)
        return self.apply(op, *[self._built(part) if type(part) is not float else part for part in parts])

    def _at_edges(self, e: Expr) -> Expr:
        """A node's value on its incoming edges; of a condition, the condition of its arguments' values there."""
        if not e.boolean:
            return fill(e, edge(e.domain.population))
        return self.apply(e.op, *[self._at_edges(a) if a.domain.kind == "node" else a for a in e.args])

    def reachable(self, outputs: Iterable[Expr]) -> list[int]:
        """The indices of everything that `outputs` need, arguments first."""
        return reachable(self.nodes, [e.index for e in outputs])

    def random(self, outputs: Iterable[Expr]) -> list[Node]:
        """The random numbers of a step that `outputs` need."""
        return [self.nodes[k] for k in self.reachable(outputs) if self.nodes[k].op in RANDOM]


def _check_kinds(operation: Operation, exprs: list[Expr], nodes: list[Node]) -> None:
    for k, n in enumerate(nodes):
        if (n.op in BOOLEAN) != (k in operation.takes_boolean):
            found, expected = ("a condition", "a number") if n.boolean else ("a number", "a condition")
            raise DomainError(f"{operation.sign}: expected {expected}, got {found}: {exprs[k].text(60)}")


def _copied(nodes: list[Node]) -> Graph:
    """The graph that was pickled or copied: its NaN is again the one object that `constant` finds."""
    graph = Graph()
    for op, args, data, domain in nodes:
        graph.add(op, args, math.nan if data != data else data, domain)
    return graph


class Expr(ScalarOperators["Expr"]):
    """A value in a graph. Arithmetic builds new values; == means the same node, `equal(a, b)` compares values."""

    __slots__ = ("graph", "index")

    def __init__(self, graph: Graph, index: int) -> None:
        self.graph = graph
        self.index = index

    @property
    def node(self) -> Node:
        return self.graph.nodes[self.index]

    @property
    def op(self) -> str:
        return self.node.op

    @property
    def domain(self) -> Domain:
        return self.node.domain

    @property
    def boolean(self) -> bool:
        return self.node.boolean

    @property
    def args(self) -> tuple[Expr, ...]:
        return tuple(Expr(self.graph, k) for k in self.node.args)

    @property
    def name(self) -> str | None:
        """The name of a symbol or of a derived variable, otherwise None."""
        return str(self.node.data) if self.node.op in ("symbol", "named") else None

    @property
    def constant(self) -> float | None:
        """The value of a constant, otherwise None."""
        node = self.graph.nodes[self.index]
        return node.data if node.op == "constant" else None  # type: ignore[return-value]

    def text(self, limit: int = 10_000) -> str:
        """The expression as a user would write it; longer than `limit` characters ends in …"""
        return to_text(self.graph.nodes, self.index, limit)

    def __repr__(self) -> str:
        return f"Expr({self.text(200)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expr) and other.graph is self.graph and other.index == self.index

    def __hash__(self) -> int:
        return hash((id(self.graph), self.index))

    def _operate(self, op: str, *args: Any) -> Any:
        lists = [x for x in args if isinstance(x, tuple | list | np.ndarray)]
        if not lists:
            return self.graph.apply(op, *args)
        if isinstance(lists[0], Vector):  # Python then asks the vector's operator
            return NotImplemented
        return elementwise(op, *map(as_vector, args))

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        return function_of(function, args, options)

    def __getitem__(self, k: Any) -> Any:
        raise NoValue(f"{self.text(60)} is no vector: it has no components")


def expect_domain(e: Expr, kind: str, what: str) -> None:
    """DomainError, in the name of the function `what`, unless e is a scalar, or one value per node or edge."""
    if e.domain.kind != kind:
        expected = "a scalar" if kind == "scalar" else f"one value per {kind} of a population"
        raise DomainError(f"{what}: expected {expected}, got {e.domain}: {e.text(60)}")


def fill(x: Expr, domain: Domain) -> Expr:
    """`x` at every element of `domain`: a scalar is repeated, a node's value enters the edges that have it as target.

    A value that is already there stays as it is.
    """
    if x.domain == domain:
        return x
    if x.domain.kind == "node" and domain == edge(x.domain.population):
        return fill(x.args[0], domain) if x.op == "fill" else x.graph.add("gather_target", (x.index,), None, domain)
    expect_domain(x, "scalar", "fill")
    return x.graph.add("fill", (x.index,), None, domain)
