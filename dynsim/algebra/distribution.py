"""Distributions as a script writes them: text, with which arithmetic is done as with an expression.

As text they are initial values. In an expression (`m - ds.normal(0, 1)`) they become its leaves, one for every time
that they are used: a random number is what stands at one place of a text.
"""

from __future__ import annotations

from typing import Any

from .graph import Expr, Graph, join
from .operations import OPERATIONS
from .vector import Vector


class Distribution(str):
    """The text of a distribution, or of arithmetic with distributions and numbers."""

    __slots__ = ("args", "op")
    op: str
    args: tuple[Any, ...]

    def __new__(cls, op: str, *args: Any) -> Distribution:
        texts = [a.text() if isinstance(a, Expr) else str(a) for a in args]
        if op in OPERATIONS:
            text = OPERATIONS[op].text.format(*(f"({t})" if t.startswith("-") else t for t in texts))
        else:
            text = f"{op}({', '.join(texts)})"
        self = super().__new__(cls, text)
        self.op, self.args = op, args
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self.op, *self.args)

    def expression(self, graph: Graph) -> Expr:
        """Its value as an expression, with a leaf of its own for every random number."""
        args = [a.expression(graph) if isinstance(a, Distribution) else graph.expr(a) for a in self.args]
        if self.op in OPERATIONS:
            return graph.apply(self.op, *args)
        domain = join([a.domain for a in args], self.op)
        graph.distributions += 1
        return graph.add("distribution", tuple(a.index for a in args), (self.op, graph.distributions), domain)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        from .numpy_calls import called

        return called(ufunc, method, inputs, options)

    def __add__(self, other: Any) -> Any:
        return _combined("add", self, other)

    def __radd__(self, other: Any) -> Any:
        return _combined("add", other, self)

    def __sub__(self, other: Any) -> Any:
        return _combined("sub", self, other)

    def __rsub__(self, other: Any) -> Any:
        return _combined("sub", other, self)

    def __mul__(self, other: Any) -> Any:
        return _combined("mul", self, other)

    def __rmul__(self, other: Any) -> Any:
        return _combined("mul", other, self)

    def __truediv__(self, other: Any) -> Any:
        return _combined("div", self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _combined("div", other, self)

    def __pow__(self, other: Any) -> Any:
        return _combined("pow", self, other)

    def __rpow__(self, other: Any) -> Any:
        return _combined("pow", other, self)

    def __neg__(self) -> Any:
        return _combined("neg", self)

    def __lt__(self, other: Any) -> Any:
        return _combined("lt", self, other)

    def __le__(self, other: Any) -> Any:
        return _combined("le", self, other)

    def __gt__(self, other: Any) -> Any:
        return _combined("lt", other, self)

    def __ge__(self, other: Any) -> Any:
        return _combined("le", other, self)


def _combined(op: str, *args: Any) -> Any:
    if any(isinstance(a, (Expr, Vector)) for a in args):  # they know how
        return NotImplemented
    if any(isinstance(a, str) and not isinstance(a, Distribution) for a in args):
        return NotImplemented
    return Distribution(op, *args)

