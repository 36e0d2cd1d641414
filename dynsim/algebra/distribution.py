"""Distributions as a script writes them: texts that take part in arithmetic like expressions.

As a text, a distribution is an initial value. In an expression (`m - ds.normal(0, 1)`) it becomes a leaf, a new one for
every use, just as every call of a distribution in a scenario's text has a random number of its own.
"""

from __future__ import annotations

from typing import Any

from .domain import join
from .graph import Expr, Graph
from .operations import OPERATIONS
from .operators import Operators
from .vector import Vector


class Distribution(Operators[Any], str):
    """The text of a distribution, or of arithmetic with distributions and numbers.

    op, args: the distribution or operation and its arguments, from which `expression` builds the value again.
    """

    __slots__ = ("args", "op")
    op: str
    args: tuple[Any, ...]

    def __new__(cls, op: str, *args: Any) -> Distribution:
        texts = [a.text() if isinstance(a, Expr) else str(a) for a in args]
        if op in OPERATIONS:
            # −2**x would be −(2**x): a negative number gets brackets
            text = OPERATIONS[op].text.format(*(f"({t})" if t.startswith("-") else t for t in texts))
        else:
            text = f"{op}({', '.join(texts)})"
        self = super().__new__(cls, text)
        self.op, self.args = op, args
        return self

    def __getnewargs__(self) -> tuple[Any, ...]:
        return (self.op, *self.args)

    def expression(self, graph: Graph) -> Expr:
        """Its value as an expression of `graph`, with a new leaf for every random number."""
        args = [a.expression(graph) if isinstance(a, Distribution) else graph.expr(a) for a in self.args]
        if self.op in OPERATIONS:
            return graph.apply(self.op, *args)
        domain = join([a.domain for a in args], self.op)
        graph.distributions += 1
        return graph.add("distribution", tuple(a.index for a in args), (self.op, graph.distributions), domain)

    def _operate(self, op: str, *args: Any) -> Any:
        if any(isinstance(a, (Expr, Vector)) for a in args):  # their own operators do it, in their graph
            return NotImplemented
        if any(isinstance(a, str) and not isinstance(a, Distribution) for a in args):
            return NotImplemented
        return Distribution(op, *args)
