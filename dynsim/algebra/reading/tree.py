"""The value of a syntax tree: one method for each construct of the grammar; everything else is refused."""

from __future__ import annotations

import ast

from ...errors import DomainError, ExpressionError, suggest
from ..domain import Domain
from ..functions import where
from ..graph import Expr
from ..operations import OPERATIONS
from ..value import Value, components
from ..vector import Vector, elementwise
from .calls import FUNCTIONS, OF_POPULATION
from .names import RESERVED, Names
from .sampling import DISTRIBUTIONS, Sampler

MAX_WORK = 200_000
"""The most elementwise operations one text may ask for; a vector's count once for each component."""

_BINARY = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"}
_COMPARE = {ast.Lt: "lt", ast.LtE: "le", ast.Gt: "lt", ast.GtE: "le", ast.Eq: "eq", ast.NotEq: "ne"}
_CONSTRUCTS: dict[type, str] = {
    ast.Tuple: "a tuple (a, b) instead of a vector [a, b]",
    ast.Starred: "an unpacked argument (*)",
    ast.Slice: "a slice",
}


class TreeReader:
    """Turns syntax trees of one text into graph nodes, bottom up.

    line: the text in one line; start: where the parsed part begins in it. sampler: None where the text must not
    contain random numbers. A DomainError that a method raises becomes an ExpressionError at the tree's column.
    """

    def __init__(self, line: str, start: int, names: Names, sampler: Sampler | None) -> None:
        self.line, self.start, self.names, self.sampler = line, start, names, sampler
        self.graph = names.graph
        self.work = 0

    def fail(self, message: str, node: ast.expr) -> ExpressionError:
        before = self.line[self.start :].encode()[: node.col_offset].decode()  # Python counts columns in bytes
        return ExpressionError(message, self.start + len(before) + 1)

    def read(self, node: ast.expr) -> Value:
        """The value of a tree. ExpressionError for a number that is not finite, and for too much work."""
        method = getattr(self, f"_read_{type(node).__name__}", None)
        if method is None:
            raise self.fail(f"{_CONSTRUCTS.get(type(node), type(node).__name__)} is not allowed", node)
        try:
            value: Value = method(node)
        except DomainError as error:
            raise self.fail(str(error), node) from None
        return self._checked(value, node)

    def _checked(self, value: Value, node: ast.expr) -> Value:
        parts = components(value)
        self.work += len(parts)
        if self.work > MAX_WORK:
            raise self.fail(f"the expression needs more than {MAX_WORK} operations", node)
        for e in parts:
            # constants fold when the node is built, unless the result is not finite
            if e.op in OPERATIONS and not e.boolean and all(a.constant is not None for a in e.args):
                raise self.fail("the value is not a finite number", node)
        return value

    def _read_Constant(self, node: ast.Constant) -> Value:
        if type(node.value) not in (int, float):
            raise DomainError(f"{ast.unparse(node)[:60]} is not a number")
        return self.graph.constant(float(node.value))  # type: ignore[arg-type]

    def _read_Name(self, node: ast.Name) -> Value:
        name, scope = node.id, self.names.scope
        value = self.names.bare(name)
        if value is not None:
            return value
        if name in FUNCTIONS or name in DISTRIBUTIONS:
            raise DomainError(f"{name!r} is a function: write {name}(...)")
        if self.names.is_population(name):
            raise DomainError(f"{name!r} is a population, not a value: write size({name}) or a variable")
        raise DomainError(f"unknown name {name[:60]!r}{suggest(name, [*scope, *RESERVED])}")

    def _read_Attribute(self, node: ast.Attribute) -> Value:
        name = _dotted(node)
        value = self.names.variable(name) if name else None
        if value is not None:
            return value
        near = suggest(name, [k for k in self.names.scope if "." in k]) if name else ""
        raise DomainError(f"an attribute ('.{node.attr[:60]}') is not allowed{near}")

    def _read_Subscript(self, node: ast.Subscript) -> Value:
        k = node.slice.value if isinstance(node.slice, ast.Constant) else None
        name = _dotted(node.value)
        whole = self.names.variable(f"{name}[{k}]") if name and isinstance(k, int) else None
        if whole is not None:
            return whole
        vector = self.read(node.value)
        what = name or "the value"
        if not isinstance(vector, Vector):
            raise DomainError(f"{what} is not a vector: it has no components")
        if type(k) is not int or k >= len(vector):
            raise self.fail(
                f"{what} has {len(vector)} components, {what}[0] to {what}[{len(vector) - 1}], "
                f"got index {ast.unparse(node.slice)[:60]}", node.slice,
            )
        component: Value = vector[k]
        return component

    def _read_List(self, node: ast.List) -> Value:
        if not node.elts:
            raise DomainError("a vector needs at least one component")
        parts = self._components(node.elts)
        if len({part.shape if isinstance(part, Vector) else () for part in parts}) > 1:
            raise DomainError("the rows of a matrix must have equal lengths")
        return Vector(parts)

    def _components(self, trees: list[ast.expr]) -> list[Value]:
        """The parts of [a, b]. Each is one component, so a distribution there is one number and no vector."""
        if self.sampler is None:
            return [self.read(tree) for tree in trees]
        outside, self.sampler.length = self.sampler.length, None
        parts = [self.read(tree) for tree in trees]
        self.sampler.length = outside
        return parts

    def _read_UnaryOp(self, node: ast.UnaryOp) -> Value:
        value = self.read(node.operand)
        if isinstance(node.op, ast.UAdd):
            return value
        if isinstance(node.op, ast.Invert):
            raise DomainError("'~' is not allowed: write 'not'")
        result: Value = elementwise("not" if isinstance(node.op, ast.Not) else "neg", value)
        return result

    def _read_BinOp(self, node: ast.BinOp) -> Value:
        """A chain a + b + c is a tree that leans left: read in a loop, it may be longer than Python's stack is deep."""
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        value = self.read(chain[-1].left)
        for link in reversed(chain):
            right = self.read(link.right)
            try:
                value = self._checked(self._binary(link, value, right), link)
            except DomainError as error:
                raise self.fail(str(error), link) from None
        return value

    def _binary(self, node: ast.BinOp, left: Value, right: Value) -> Value:
        if isinstance(node.op, ast.MatMult):
            if not isinstance(left, Vector) or not isinstance(right, Vector):
                raise DomainError("@: expected a vector on both sides")
            # A product of matrices asks for more work than it has components: counted before it is done.
            self.work += len(components(left)) * len(components(right)) // left.shape[-1]
            self._checked(left, node)
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
        # a < b < c is a < b and b < c; b is one node, however often it is used
        for sign, a, b in zip(node.ops, values[:-1], values[1:], strict=True):
            if type(sign) not in _COMPARE:
                raise DomainError("this comparison is not allowed: there are < <= > >= == !=")
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
            raise DomainError("only a function can be called: a product is written with *")
        name = node.func.id
        if node.keywords:
            raise DomainError(f"{name}: arguments are given by position, one by one")
        if name in OF_POPULATION:
            return OF_POPULATION[name](self.graph, self._population(node))
        sampler = self.sampler if name in DISTRIBUTIONS else None
        if sampler is not None:
            least, most = DISTRIBUTIONS[name]
        elif name in FUNCTIONS:
            function, least, most = FUNCTIONS[name]
        else:
            raise DomainError(self._unknown_function(name))
        if not least <= len(node.args) <= most:
            expected = f"{least} argument{'s' * (least != 1)}"
            expected = expected if least == most else f"at least {expected}"
            raise DomainError(f"{name}: expected {expected}, got {len(node.args)}")
        args = [self.read(a) for a in node.args]
        result: Value = function(*args) if sampler is None else sampler.call(name, args)
        return result

    def _unknown_function(self, name: str) -> str:
        if name in DISTRIBUTIONS:
            return (
                f"{name}(...) draws a random number: that is possible only in an initial value and in what is computed "
                "at every step"
            )
        if name in self.names.scope:
            return f"{name!r} is not a function: a product is written with *"
        known = {*FUNCTIONS, *OF_POPULATION, *(DISTRIBUTIONS if self.sampler is not None else ())}
        hint = suggest(name, known) or f": known are {', '.join(sorted(known))}"
        return f"unknown function {name[:60]!r}{hint}"

    def _population(self, node: ast.Call) -> str:
        """The population that weight(net), index(net), … name, directly or by one of its variables."""
        (argument,) = node.args if len(node.args) == 1 else (None,)
        if argument is None:
            raise DomainError("expected one population")
        domain = self.names.scope.get(argument.id) if isinstance(argument, ast.Name) else None
        if not isinstance(domain, Domain):
            value = self.read(argument)
            domain = value.domain if isinstance(value, Expr) else Domain()
        if domain.kind == "scalar":
            raise self.fail("expected a population", argument)
        return domain.population


def _dotted(node: ast.expr) -> str:
    """a.b.c as a text, or "" for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
