"""Expressions from text. The text is never run: Python's `ast` reads it, a whitelist turns it into graph nodes.

Grammar: numbers, names, + − * / **, @ (dot product, matrix times vector), comparisons (chained: a < b < c), `and`,
`or`, `not`, `a if condition else b`, vectors [a, b], their components x[0], the functions of calls.py, and the names
pi, e, t (time), weight (of an edge), index (of a node), degree and size (of a population).
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping

from ..errors import DomainError, ExpressionError, suggest
from . import graph as g
from .calls import DRAWS, FUNCTIONS, OF_POPULATION, call_draw
from .domain import Domain
from .functions import where
from .graph import Expr, Graph
from .operations import OPERATIONS
from .scan import check_text
from .vector import Vector, components, elementwise

MAX_WORK = 200_000
"""The most elementwise operations one text may ask for; a vector's count once for each component."""

CONSTANTS = {"pi": math.pi, "e": math.e}
RESERVED = frozenset({*CONSTANTS, "t", *OF_POPULATION})
"""Names that mean something of their own; in `scope`, a variable of the same name goes first."""

Value = Expr | Vector

_BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
_COMPARE = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "lt", ast.GtE: "le", ast.Eq: "eq", ast.NotEq: "ne"}


def parse(
    text: str,
    scope: Mapping[str, Expr | Vector | Domain],
    graph: Graph,
    *,
    population: str | None = None,
    draws: bool = False,
    stream: str | None = None,
    length: int | None = None,
) -> Value:
    """The expression that `text` states: an Expr (a condition's is boolean) or a Vector.

    scope: what names mean: expressions, vectors, and populations (as the domain of their nodes, node("net")). Names
      may hold dots and indices ("agents.critic.rule.rate", "critic.m[0]").
    population: which population weight, index, degree and size belong to, and whose every node draws for itself.
      Default: the only population in scope.
    draws: allow random distributions, as in initial values. Each becomes a leaf of op "draw" with data
      (kind, ordinal), where ordinals count the draws of one text from 0, and the parameters as arguments.
    stream: allow random distributions that are drawn at every step (chance.py), from leaves named "stream:ordinal".
      Where the text has one value per node or component, every node or component draws for itself.
    length: of the vector variable that is to be drawn: every distribution is then a vector of that many draws,
      except inside [a, b].
    Raises ExpressionError with the 1-based column: unknown names, domains that do not fit, constants that are not
    finite, texts beyond the limits of scan.py or MAX_WORK.
    """
    check_text(text)
    line = "".join(" " if c.isspace() else c for c in text)
    start = len(line) - len(line.lstrip())
    reader = _Reader(line, scope, graph, population, draws, stream, length)
    try:
        tree = ast.parse(line[start:], mode="eval").body
        reader.start = start
        value = reader.read(tree)
        if stream is not None and reader.drew and reader.spread(value):
            value = reader.read(tree)
    except SyntaxError as error:
        if not error.offset:
            raise ExpressionError("the expression ends too early", len(text.rstrip()) + 1) from None
        column = min(error.offset + start, len(text) + 1)
        raise ExpressionError(_explained(error.msg, line[column - 1 :]), column) from None
    except (RecursionError, MemoryError):
        raise ExpressionError("the expression is nested too deeply", 1) from None
    if any(c.domain.kind == "edge" for c in components(value)):
        raise ExpressionError(
            "one value per edge is left over: reduce it with sum_neighbors(...), mean_neighbors(...) or "
            "max_neighbors(...)", start + 1,
        )
    return value


class _Reader:
    """Turns a syntax tree into graph nodes, bottom up."""

    def __init__(
        self,
        line: str,
        scope: Mapping[str, Expr | Vector | Domain],
        graph: Graph,
        population: str | None,
        draws: bool,
        stream: str | None,
        length: int | None,
    ) -> None:
        self.line, self.scope, self.graph = line, scope, graph
        self.population, self.each, self.length = population, population, length
        self.draws, self.stream = draws, stream
        self.start = self.work = self.ordinal = 0

    @property
    def drew(self) -> bool:
        """Whether there were random numbers."""
        return self.ordinal > 0

    def spread(self, value: Value) -> bool:
        """Whether it has nodes or components that have not drawn for themselves; they will when it is read again."""
        before = self.each, self.length
        self.each = self.each or components(value)[0].domain.population or None
        if isinstance(value, Vector) and len(value.shape) == 1:
            self.length = len(value)
        self.ordinal = 0
        return (self.each, self.length) != before

    def fail(self, message: str, node: ast.expr) -> ExpressionError:
        before = self.line[self.start :].encode()[: node.col_offset].decode()
        return ExpressionError(message, self.start + len(before) + 1)

    def read(self, node: ast.expr) -> Value:
        """The value of a tree, checked: a number that is not finite and too much work are errors."""
        method = getattr(self, f"_read_{type(node).__name__}", None)
        if method is None:
            raise self.fail(f"{_CONSTRUCTS.get(type(node), type(node).__name__)} is not allowed", node)
        try:
            value: Value = method(node)
        except DomainError as error:
            raise self.fail(str(error), node) from None
        return self.checked(value, node)

    def checked(self, value: Value, node: ast.expr) -> Value:
        parts = components(value)
        self.work += len(parts)
        if self.work > MAX_WORK:
            raise self.fail(f"the expression needs more than {MAX_WORK} operations", node)
        for e in parts:
            if e.op in OPERATIONS and not e.boolean and all(a.constant is not None for a in e.args):
                raise self.fail("the value is not a finite number", node)
        return value

    def _read_Constant(self, node: ast.Constant) -> Value:
        if type(node.value) not in (int, float):
            raise self.fail(f"{ast.unparse(node)[:60]} is not a number", node)
        return self.graph.constant(float(node.value))  # type: ignore[arg-type]

    def _read_Name(self, node: ast.Name) -> Value:
        value = self.known(node.id)
        if value is not None:
            return value
        if node.id in FUNCTIONS or node.id in DRAWS:
            raise self.fail(f"{node.id!r} is a function: write {node.id}(...)", node)
        if isinstance(self.scope.get(node.id), Domain):
            raise self.fail(f"{node.id!r} is a population, not a value: write size({node.id}) or a variable", node)
        raise self.fail(f"unknown name {node.id[:60]!r}{suggest(node.id, [*self.scope, *RESERVED])}", node)

    def known(self, name: str) -> Value | None:
        """The value that a bare name has, or None."""
        value = self.scope.get(name)
        if isinstance(value, (Expr, Vector)):
            return value
        if name in CONSTANTS:
            return self.graph.constant(CONSTANTS[name])
        if name == "t":
            return g.time(self.graph)
        return OF_POPULATION[name](self.graph, self.default_population(name)) if name in OF_POPULATION else None

    def default_population(self, what: str) -> str:
        if self.population is not None:
            return self.population
        found = sorted({d.population for d in self.scope.values() if isinstance(d, Domain)})
        if len(found) == 1:
            return found[0]
        choice = f"write {what}({found[0]}), …: there are {', '.join(found)}" if found else "there is none"
        raise DomainError(f"{what}: which population? {choice}")

    def _read_Attribute(self, node: ast.Attribute) -> Value:
        name = _dotted(node)
        value = self.scope.get(name) if name else None
        if isinstance(value, (Expr, Vector)):
            return value
        near = suggest(name, [k for k in self.scope if "." in k]) if name else ""
        raise self.fail(f"an attribute ('.{node.attr[:60]}') is not allowed{near}", node)

    def _read_Subscript(self, node: ast.Subscript) -> Value:
        k = node.slice.value if isinstance(node.slice, ast.Constant) else None
        name = _dotted(node.value)
        whole = self.scope.get(f"{name}[{k}]") if name and isinstance(k, int) else None
        if isinstance(whole, (Expr, Vector)):
            return whole
        vector = self.read(node.value)
        what = name or "the value"
        if not isinstance(vector, Vector):
            raise self.fail(f"{what} is not a vector: it has no components", node)
        if type(k) is not int or k >= len(vector):
            raise self.fail(
                f"{what} has {len(vector)} components, {what}[0] to {what}[{len(vector) - 1}], "
                f"got index {ast.unparse(node.slice)[:60]}", node.slice,
            )
        component: Value = vector[k]
        return component

    def _read_List(self, node: ast.List) -> Value:
        if not node.elts:
            raise self.fail("a vector needs at least one component", node)
        outside, self.length = self.length, None
        parts = [self.read(part) for part in node.elts]
        self.length = outside
        if len({part.shape if isinstance(part, Vector) else () for part in parts}) > 1:
            raise self.fail("the rows of a matrix must have equal lengths", node)
        return Vector(parts)

    def _read_UnaryOp(self, node: ast.UnaryOp) -> Value:
        value = self.read(node.operand)
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.Invert):
            raise self.fail("'~' is not allowed: write 'not'", node)
        op = "not" if isinstance(node.op, ast.Not) else "neg"
        result: Value = elementwise(op, value)
        return result

    def _read_BinOp(self, node: ast.BinOp) -> Value:
        """A chain a + b + c is a tree that leans left: read in a loop, it may be long."""
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        value = self.read(chain[-1].left)
        for link in reversed(chain):
            right = self.read(link.right)
            try:
                value = self.checked(self.binary(link, value, right), link)
            except DomainError as error:
                raise self.fail(str(error), link) from None
        return value

    def binary(self, node: ast.BinOp, left: Value, right: Value) -> Value:
        if isinstance(node.op, ast.MatMult):
            if not isinstance(left, Vector) or not isinstance(right, Vector):
                raise DomainError("@: expected a vector on both sides")
            self.work += len(components(left)) * len(components(right)) // left.shape[-1]
            self.checked(left, node)
            product: Value = left @ right
            return product
        op = _BINARY.get(type(node.op))
        if op is None:
            raise DomainError("this operator is not allowed: there are + - * / ** @")
        result: Value = elementwise(op, left, right)
        return result

    def _read_BoolOp(self, node: ast.BoolOp) -> Value:
        op = "and" if isinstance(node.op, ast.And) else "or"
        result = self.read(node.values[0])
        for part in node.values[1:]:
            result = elementwise(op, result, self.read(part))
        return result

    def _read_Compare(self, node: ast.Compare) -> Value:
        values = [self.read(node.left), *map(self.read, node.comparators)]
        result: Value | None = None
        for sign, a, b in zip(node.ops, values[:-1], values[1:], strict=True):
            if type(sign) not in _COMPARE:
                raise self.fail("this comparison is not allowed: there are < <= > >= == !=", node)
            if isinstance(sign, (ast.Gt, ast.GtE)):
                a, b = b, a
            one: Value = elementwise(_COMPARE[type(sign)], a, b)
            result = one if result is None else elementwise("and", result, one)
        assert result is not None
        return result

    def _read_IfExp(self, node: ast.IfExp) -> Value:
        result: Value = where(self.read(node.test), self.read(node.body), self.read(node.orelse))
        return result

    def _read_Call(self, node: ast.Call) -> Value:
        if not isinstance(node.func, ast.Name):
            raise self.fail("only a function can be called: a product is written with *", node)
        name = node.func.id
        if node.keywords:
            raise self.fail(f"{name}: arguments are given by position, one by one", node)
        if name in OF_POPULATION:
            return OF_POPULATION[name](self.graph, self.population_of(node))
        if name in DRAWS and (self.draws or self.stream is not None):
            function, least, most = None, *DRAWS[name]
        elif name in FUNCTIONS:
            function, least, most = FUNCTIONS[name]
        else:
            raise self.fail(self.unknown_function(name), node)
        if not least <= len(node.args) <= most:
            expected = f"{least} argument{'s' * (least != 1)}"
            expected = expected if least == most else f"at least {expected}"
            raise self.fail(f"{name}: expected {expected}, got {len(node.args)}", node)
        args = [self.read(a) for a in node.args]
        return call_draw(self, name, args) if function is None else function(*args)

    def unknown_function(self, name: str) -> str:
        if name in DRAWS:
            return (
                f"{name}(...) draws a random number: that is possible only in an initial value and in what is computed "
                "at every step"
            )
        if name in self.scope:
            return f"{name!r} is not a function: a product is written with *"
        known = {*FUNCTIONS, *OF_POPULATION, *(DRAWS if self.draws or self.stream is not None else ())}
        hint = suggest(name, known) or f": known are {', '.join(sorted(known))}"
        return f"unknown function {name[:60]!r}{hint}"

    def population_of(self, node: ast.Call) -> str:
        """The population that weight(net), index(net), … name, by itself or by a variable of it."""
        (argument,) = node.args if len(node.args) == 1 else (None,)
        if argument is None:
            raise self.fail("expected one population", node)
        domain = self.scope.get(argument.id) if isinstance(argument, ast.Name) else None
        if not isinstance(domain, Domain):
            value = self.read(argument)
            domain = value.domain if isinstance(value, Expr) else Domain()
        if domain.kind == "scalar":
            raise self.fail("expected a population", argument)
        return domain.population


_CONSTRUCTS: dict[type, str] = {
    ast.Tuple: "a tuple (a, b) instead of a vector [a, b]",
    ast.Starred: "an unpacked argument (*)",
    ast.Slice: "a slice",
}


def _explained(message: str, rest: str) -> str:
    """What Python's parser said, in words that fit this grammar; rest: the text from the mistake on."""
    if message.startswith("leading zeros"):
        return "a number does not begin with 0"
    if not message.startswith("invalid syntax"):
        return message
    if message != "invalid syntax":
        return "an operator or a comma is missing between two values"
    found = re.match(r"\w+|\*\*|[<>=!]=|\S", rest)
    return f"{found.group()[:60]!r} cannot stand here" if found else "the expression ends too early"


def _dotted(node: ast.expr) -> str:
    """a.b.c as a text, or "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
