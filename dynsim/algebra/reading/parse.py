"""Expressions from text. The text is never run: Python's `ast` reads it, a whitelist turns it into graph nodes.

Grammar: numbers, names, + − * / **, @ (dot product, matrix times vector), comparisons (chained: a < b < c), `and`,
`or`, `not`, `a if condition else b`, vectors [a, b], their components x[0], the functions of calls.py, the
distributions of sampling.py, and the names pi, e, t (time), weight (of an edge), index (of a node), degree and size
(of a population).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ... import python_syntax
from ...errors import ExpressionError
from ..domain import Domain
from ..graph import Graph
from ..value import Value, components
from .names import Names
from .sampling import Sampler
from .scan import check_text
from .tree import TreeReader


def parse(
    text: str,
    scope: Mapping[str, Value | Domain],
    graph: Graph,
    *,
    population: str | None = None,
    initial: bool = False,
    stream: str | None = None,
    length: int | None = None,
) -> Value:
    """The expression that `text` states: an Expr (a condition's is boolean) or a Vector.

    scope: what names mean: expressions, vectors, and populations (as the domain of their nodes, node("net")). Names
      may hold dots and indices ("agents.critic.rule.rate", "critic.m[0]").
    population: which population weight, index, degree and size belong to, and whose every node samples for itself.
      Default: the only population in scope.
    initial: allow random distributions, which are sampled once, as in initial values. Each becomes a leaf of op
      "sample" with data (kind, ordinal), where ordinals count the samples of one text from 0, and the parameters as
      arguments.
    stream: allow random distributions that are sampled at every step (transforms.py), from leaves named
      "stream:ordinal". Where the text has one value per node or component, every node or component samples for itself.
    length: of the vector variable that is to be sampled: every distribution is then a vector of that many numbers,
      except inside [a, b].

    Raises ExpressionError with the 1-based column: unknown names, domains that do not fit, constants that are not
    finite, texts beyond the limits of scan.py or MAX_WORK of tree.py.
    """
    check_text(text)
    # In one line and without leading blanks, Python's parser reads texts that YAML has folded over several lines.
    line = "".join(" " if c.isspace() else c for c in text)
    start = len(line) - len(line.lstrip())
    sampler = Sampler(graph, stream, population, length) if initial or stream is not None else None
    reader = TreeReader(line, start, Names(scope, graph, population), sampler)
    try:
        tree = python_syntax.expression(line[start:])
        value = reader.read(tree)
        if stream is not None and sampler is not None and sampler.ordinal > 0 and sampler.widened(value):
            value = reader.read(tree)
    except SyntaxError as error:
        raise _explained(error, line, start) from None
    except (RecursionError, MemoryError):
        raise ExpressionError("the expression is nested too deeply", 1) from None
    if any(c.domain.kind == "edge" for c in components(value)):
        raise ExpressionError(
            "one value per edge is left over: reduce it with sum_neighbors(...), mean_neighbors(...) or "
            "max_neighbors(...)", start + 1,
        )
    return value


def _explained(error: SyntaxError, line: str, start: int) -> ExpressionError:
    """What Python's parser says, in words that fit this grammar; start: where the parsed part of the line begins."""
    early = "the expression ends too early"
    if not error.offset:
        return ExpressionError(early, len(line.rstrip()) + 1)
    column = min(error.offset + start, len(line) + 1)
    found = re.match(r"\w+|\*\*|[<>=!]=|\S", line[column - 1 :])
    message = f"{found.group()[:60]!r} cannot stand here" if found else early
    if error.msg.startswith("leading zeros"):
        message = "a number does not begin with 0"
    elif not error.msg.startswith("invalid syntax"):
        message = error.msg
    elif error.msg != "invalid syntax":
        message = "an operator or a comma is missing between two values"
    return ExpressionError(message, column)
