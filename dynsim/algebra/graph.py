"""The expression graph: every distinct value once, in an order in which arguments come first.

An `Expr` is a light handle (graph, index). Nodes are hash-consed: asking for a value that exists returns the node
that has it, so common subexpressions cost nothing and identity is equality. Since arguments always have smaller
indices than the nodes that use them, every pass (derivative, interpretation, code generation) is one loop over
indices and never recursive.

Operations are elementwise (operations.py) or structural. Structural ones move values between domains:

    gather_source  node → edge    the value at the edge's tail: the neighbour's value
    gather_target  node → edge    the value at the edge's head: the node's own value
    sum_target     edge → node    sum over a node's incoming edges (adjoint of gather_target)
    sum_source     edge → node    sum over a node's outgoing edges (adjoint of gather_source)
    max_target     edge → node    maximum over a node's incoming edges
    total          any  → scalar  sum over all elements
    peak           any  → scalar  maximum over all elements
    fill           scalar → any   the same value everywhere (adjoint of total)
    stack          scalar → node  a value for each node; in initial values alone
    named          identity       a derived variable: the place where path factors act

Leaves: constant, symbol (a variable or parameter), weight (of an edge), index and size (of a population), values (data
of its nodes, under a name), time (of the clock), draw (a random initial value), distribution (a random number in a
script's expression, whose place is not known yet), and the random numbers of a step: noise (standard normal) and
uniform (in (0, 1)).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from ..errors import DomainError
from .domain import SCALAR, Domain, edge, node
from .operations import BOOLEAN, OPERATIONS, Operation
from .scan import REFUSED
from .simplify import simplify

RANDOM = ("noise", "uniform")
LEAVES = ("constant", "symbol", "weight", "index", "size", "values", "time", "draw", "distribution", *RANDOM)


class Node(NamedTuple):
    """One value: the operation, its arguments' indices, its data (a constant's value, a name) and its domain."""

    op: str
    args: tuple[int, ...]
    data: Hashable
    domain: Domain

    @property
    def boolean(self) -> bool:
        return self.op in BOOLEAN


class Graph:
    """A growing table of nodes. Built in the same sequence it has the same indices, hence the same kernels.

    looped: the populations in whose graph some node has an edge to itself.
    """

    def __init__(self) -> None:
        self.looped: set[str] = set()
        self.nodes: list[Node] = []
        self.symbols: dict[str, Domain] = {}
        self.distributions = 0  # of a script; they must stay where they are written
        self._index: dict[Node, int] = {}

    def __len__(self) -> int:
        return len(self.nodes)

    def __reduce__(self) -> tuple[Any, ...]:
        more = {name: value for name, value in vars(self).items() if name not in ("nodes", "_index")}
        return _copied, (self.nodes,), more

    def add(self, op: str, args: tuple[int, ...] = (), data: Hashable = None, domain: Domain = SCALAR) -> Expr:
        """The node with exactly this content, new or existing."""
        key = Node(op, args, data, domain)
        index = self._index.get(key)
        if index is None:
            index = len(self.nodes)
            self.nodes.append(key)
            self._index[key] = index
        return Expr(self, index)

    def constant(self, value: float) -> Expr:
        value = float(value) + 0.0  # there is no −0, which would compare equal to 0 but be another node
        return self.add("constant", data=math.nan if value != value else value)  # one NaN, equal to itself

    def symbol(self, name: str, domain: Domain = SCALAR) -> Expr:
        self.symbols[name] = domain
        return self.add("symbol", data=name, domain=domain)

    def expr(self, value: Any) -> Expr:
        """`value` as an expression of this graph; numbers become constants."""
        if isinstance(value, Expr):
            if value.graph is not self:
                text = value.text(60)
                raise DomainError(f"an expression of one system cannot be used in another: {text} belongs to another")
            return value
        if isinstance(value, Real) and value is not True and value is not False:
            try:
                return self.constant(float(value))
            except OverflowError:
                raise DomainError("the number is too large: it is not finite as a 64-bit float") from None
        if hasattr(value, "expression"):  # a distribution of a script
            found: Expr = value.expression(self)
            return found
        if isinstance(value, str):
            raise DomainError(f"expected a symbol or a number, got the text {value[:60]!r}: write the whole as text")
        raise DomainError(f"expected a scalar expression or a number, got {value!r}")

    def apply(self, op: str, *args: Any) -> Expr:
        """An elementwise operation; scalars spread over populations, nodes enter edges at their own (target) end.

        What is the same at every element (a fill) is computed once, as a scalar; what is the same on all edges into a
        node (gather_target), once for the node.
        """
        operation = OPERATIONS[op]
        exprs = [a if type(a) is Expr and a.graph is self else self.expr(a) for a in args]
        nodes = [self.nodes[e.index] for e in exprs]
        self._check_kinds(operation, exprs, nodes)
        domain = SCALAR
        if any(n.domain is not SCALAR for n in nodes):
            domain = join([n.domain for n in nodes], operation.sign)
            bare = [Expr(self, n.args[0]) if n.op == "fill" else e for e, n in zip(exprs, nodes, strict=True)]
            if any(e.domain.kind != "scalar" for e in bare):
                exprs = bare
            elif not operation.boolean:  # only numbers are filled and gathered; a truth value stays where it is
                return fill(self.apply(op, *bare), domain)
            if domain.kind == "edge":
                same = all(e.domain.kind != "edge" or e.op == "gather_target" for e in exprs)
                if same and not operation.boolean:
                    own = [e.args[0] if e.op == "gather_target" else e for e in exprs]
                    return gather_target(self.apply(op, *own))
                exprs = [self._at_edges(e) if e.domain.kind == "node" else e for e in exprs]
        if operation.commutative and exprs[0].index > exprs[1].index:
            exprs.reverse()
        simpler = simplify(self, operation, exprs)
        if simpler is not None:
            return simpler if simpler.domain == domain else fill(simpler, domain)
        return self.add(op, tuple([e.index for e in exprs]), None, domain)

    def _at_edges(self, e: Expr) -> Expr:
        """A node's value on its incoming edges; of a condition, the condition of its arguments' values there."""
        if not e.boolean:
            return gather_target(e)
        return self.apply(e.op, *[self._at_edges(a) if a.domain.kind == "node" else a for a in e.args])

    @staticmethod
    def _check_kinds(operation: Operation, exprs: list[Expr], nodes: list[Node]) -> None:
        for k, n in enumerate(nodes):
            if (n.op in BOOLEAN) != (k in operation.takes_boolean):
                found, expected = ("a condition", "a number") if n.boolean else ("a number", "a condition")
                raise DomainError(f"{operation.sign}: expected {expected}, got {found}: {exprs[k].text(60)}")

    def reachable(self, outputs: Iterable[Expr]) -> list[int]:
        """The indices of everything that `outputs` need, arguments first."""
        seen: set[int] = set()
        stack = [e.index for e in outputs]
        while stack:
            index = stack.pop()
            if index not in seen:
                seen.add(index)
                stack.extend(self.nodes[index].args)
        return sorted(seen)

    def random(self, outputs: Iterable[Expr]) -> list[Node]:
        """The random numbers that `outputs` need."""
        return [self.nodes[k] for k in self.reachable(outputs) if self.nodes[k].op in RANDOM]


def _copied(nodes: list[Node]) -> Graph:
    """The graph that was pickled or copied: its NaN is again the one that is equal to itself."""
    graph = Graph()
    for op, args, data, domain in nodes:
        graph.add(op, args, math.nan if data != data else data, domain)
    return graph


class NoValue(DomainError, TypeError):
    """An expression stands where Python wants a value."""


def refused(sign: str) -> Callable[[Any, Any], Any]:
    """An operator of Python's that expressions have not."""

    def operator(self: Any, other: Any) -> Any:
        raise DomainError(REFUSED[sign])

    return operator


class Expr:
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

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expr) and other.graph is self.graph and other.index == self.index

    def __hash__(self) -> int:
        return hash((id(self.graph), self.index))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        from .numpy_calls import called

        return called(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
        from .numpy_calls import asked

        return asked(function, args, options)

    def __bool__(self) -> bool:
        raise NoValue(
            "an expression has no truth value before it runs: combine conditions with & | ~ in brackets, or write the "
            "whole as text, 'a if x > 0 else b'"
        )

    def _no_value(self, *digits: Any) -> Any:
        raise NoValue("an expression has no value before it runs: take NumPy's function, np.exp(x), or text, 'exp(x)'")

    __float__ = __int__ = __complex__ = __round__ = _no_value

    def __getitem__(self, k: Any) -> Any:
        raise NoValue(f"{self.text(60)} is no vector: it has no components")

    def __repr__(self) -> str:
        return f"Expr({self.text(200)})"

    def text(self, limit: int = 10_000) -> str:
        """The expression as a user would write it; longer than `limit` characters ends in …"""
        from .printing import to_text

        return to_text(self, limit)

    def __add__(self, other: Any) -> Expr:
        return self._binary("add", self, other)

    def __radd__(self, other: Any) -> Expr:
        return self._binary("add", other, self)

    def __sub__(self, other: Any) -> Expr:
        return self._binary("sub", self, other)

    def __rsub__(self, other: Any) -> Expr:
        return self._binary("sub", other, self)

    def __mul__(self, other: Any) -> Expr:
        return self._binary("mul", self, other)

    def __rmul__(self, other: Any) -> Expr:
        return self._binary("mul", other, self)

    def __truediv__(self, other: Any) -> Expr:
        return self._binary("div", self, other)

    def __rtruediv__(self, other: Any) -> Expr:
        return self._binary("div", other, self)

    def __pow__(self, other: Any) -> Expr:
        return self._binary("pow", self, other)

    def __rpow__(self, other: Any) -> Expr:
        return self._binary("pow", other, self)

    def __neg__(self) -> Expr:
        return self.graph.apply("neg", self)

    def __pos__(self) -> Expr:
        return self

    def __abs__(self) -> Expr:
        return self.graph.apply("abs", self)

    def __lt__(self, other: Any) -> Expr:
        return self._binary("lt", self, other)

    def __le__(self, other: Any) -> Expr:
        return self._binary("le", self, other)

    def __gt__(self, other: Any) -> Expr:
        return self._binary("lt", other, self)

    def __ge__(self, other: Any) -> Expr:
        return self._binary("le", other, self)

    def __and__(self, other: Any) -> Expr:
        return self._both("and", self, other)

    def __rand__(self, other: Any) -> Expr:
        return self._both("and", other, self)

    def __or__(self, other: Any) -> Expr:
        return self._both("or", self, other)

    def __ror__(self, other: Any) -> Expr:
        return self._both("or", other, self)

    def __invert__(self) -> Expr:
        return self.graph.apply("not", self)

    def __matmul__(self, other: Any) -> Expr:
        raise DomainError("@: expected a vector on both sides")

    __rmatmul__ = __matmul__
    __xor__ = __rxor__ = refused("^")
    __floordiv__ = __rfloordiv__ = refused("//")
    __mod__ = __rmod__ = refused("%")
    __lshift__ = __rlshift__ = refused("<<")
    __rshift__ = __rrshift__ = refused(">>")

    def _binary(self, op: str, a: Any, b: Any) -> Any:
        lists = [x for x in (a, b) if isinstance(x, tuple | list | np.ndarray)]
        if not lists:
            return self.graph.apply(op, a, b)
        from .vector import Vector, as_vector, elementwise

        if isinstance(lists[0], Vector):  # its own operator does it
            return NotImplemented
        return elementwise(op, as_vector(a), as_vector(b))

    def _both(self, op: str, a: Any, b: Any) -> Any:
        try:
            return self._binary(op, a, b)
        except DomainError as error:
            raise DomainError(f"{error} (comparisons need brackets: (a < b) & (c < d))") from None


def join(domains: Iterable[Domain], what: str) -> Domain:
    """The domain of an elementwise operation on values of these domains."""
    result = SCALAR
    for domain in domains:
        if domain.kind == "scalar" or domain == result:
            continue
        if result.kind == "scalar":
            result = domain
        elif domain.population != result.population:
            raise DomainError(
                f"{what}: cannot combine {domain} with {result}: "
                "reduce one of them first, with sum(...), mean(...) or max(...)"
            )
        else:
            result = edge(domain.population)  # a node meets an edge: it enters at its own end
    return result


def _need(e: Expr, kind: str, what: str) -> None:
    if e.domain.kind != kind:
        expected = "a scalar" if kind == "scalar" else f"one value per {kind} of a population"
        raise DomainError(f"{what}: expected {expected}, got {e.domain}: {e.text(60)}")


def gather_source(x: Expr) -> Expr:
    _need(x, "node", "neighbor")
    return _gather(x, "gather_source")


def gather_target(x: Expr) -> Expr:
    _need(x, "node", "gather")
    return _gather(x, "gather_target")


def _gather(x: Expr, op: str) -> Expr:
    domain = edge(x.domain.population)
    return fill(x.args[0], domain) if x.op == "fill" else x.graph.add(op, (x.index,), None, domain)


def sum_target(x: Expr) -> Expr:
    """The sum over a node's incoming edges; of what is the same on all of them, so many times the degree."""
    _need(x, "edge", "sum_neighbors")
    if x.op == "gather_target" or (x.op == "fill" and x.args[0].constant != 1.0):
        return x.args[0] * degree(x.graph, x.domain.population)
    return x.graph.add("sum_target", (x.index,), None, node(x.domain.population))


def sum_source(x: Expr) -> Expr:
    _need(x, "edge", "sum_outgoing")
    return x.graph.add("sum_source", (x.index,), None, node(x.domain.population))


def max_target(x: Expr) -> Expr:
    _need(x, "edge", "max_neighbors")
    return x.graph.add("max_target", (x.index,), None, node(x.domain.population))


def total(x: Expr) -> Expr:
    """Sum over all elements; a scalar is its own total; of what is the same everywhere, so many times the size."""
    if x.domain.kind == "scalar":
        return x
    if x.op == "fill":
        population = x.domain.population
        by_node = x.domain.kind == "node"
        return x.args[0] * (size(x.graph, population) if by_node else total(degree(x.graph, population)))
    return x.graph.add("total", (x.index,))


def peak(x: Expr) -> Expr:
    """Maximum over all elements; a scalar is its own maximum."""
    if x.domain.kind == "scalar":
        return x
    return x.args[0] if x.op == "fill" else x.graph.add("peak", (x.index,))


def fill(x: Expr, domain: Domain) -> Expr:
    """The scalar `x` at every element of `domain`; a value that is already there stays as it is."""
    if x.domain == domain:
        return x
    if x.domain.kind == "node" and domain == edge(x.domain.population):
        return gather_target(x)
    _need(x, "scalar", "fill")
    return x.graph.add("fill", (x.index,), None, domain)


STRUCTURAL = {
    f.__name__: f for f in (gather_source, gather_target, sum_target, sum_source, max_target, total, peak)
}


def named(x: Expr, name: str) -> Expr:
    """`x` as the derived variable `name`: the place where an agent's path factor acts."""
    return x.graph.add("named", (x.index,), name, x.domain)


def weight(graph: Graph, population: str) -> Expr:
    return graph.add("weight", domain=edge(population))


def index(graph: Graph, population: str) -> Expr:
    return graph.add("index", domain=node(population))


def values(graph: Graph, population: str, name: str) -> Expr:
    """What the topology holds under this name for every node; all replicas share it."""
    return graph.add("values", data=name, domain=node(population))


def stack(parts: Sequence[Expr], population: str) -> Expr:
    """Scalars as the values of a population's nodes, one each."""
    return parts[0].graph.add("stack", tuple(part.index for part in parts), None, node(population))


def size(graph: Graph, population: str) -> Expr:
    return graph.add("size", data=population)


def degree(graph: Graph, population: str) -> Expr:
    """The number of incoming edges of every node."""
    return sum_target(fill(graph.constant(1.0), edge(population)))


def of_a_rule(leaf: Node) -> bool:
    """Whether a random number of a step is drawn by a learning rule (or is noise), not by an expression."""
    return ":" not in str(leaf.data)


def time(graph: Graph) -> Expr:
    return graph.add("time")


def noise(graph: Graph, name: str, domain: Domain = SCALAR) -> Expr:
    """A standard normal number, new in every step, replica and node; a variable's own noise has the slot's name."""
    return graph.add("noise", data=name, domain=domain)


def uniform(graph: Graph, name: str, domain: Domain = SCALAR) -> Expr:
    """A number uniform in (0, 1), new in every step, replica and node; independent of the noise of that name."""
    return graph.add("uniform", data=name, domain=domain)
