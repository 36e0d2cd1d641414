"""Expressions as text: every kind of leaf, brackets, names, where a text is cut, and how often a part stands in it."""

import pytest

from dynsim.algebra import functions as f
from dynsim.algebra import leaves
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Expr, Graph, fill
from dynsim.algebra.printing import occurrences
from dynsim.algebra.structural import named

graph = Graph()
x, y = graph.symbol("x"), graph.symbol("y")
p = graph.symbol("p", node("net"))
NAMED = named(x * y, "area")


@pytest.mark.parametrize(("expr", "text"), [
    (graph.constant(2.0), "2"), (graph.constant(2.5), "2.5"), (graph.constant(-2.0), "-2"), (x * -3, "x*(-3)"),
    (leaves.size(graph, "net"), "size(net)"), (leaves.weight(graph, "net"), "weight(net)"),
    (leaves.index(graph, "net"), "index(net)"),
    (leaves.time(graph) * x, "x*t"), (leaves.noise(graph, "d:0", p.domain), "normal(0, 1)"),
    (leaves.uniform(graph, "d:0", p.domain), "uniform(0, 1)"), (leaves.noise(graph, "x", p.domain), "noise(x)"),
    (x + y * x, "x + (x*y)"), ((x + y) * (x - y), "(x + y)*(x - y)"), (f.exp(x), "exp(x)"), (x, "x"),
    (NAMED, "x*y"), (NAMED + 1, "area + 1"), (f.degree(p), "degree(net)"), (f.sum_neighbors(f.neighbor(p)),
    "sum_neighbors(neighbor(p))"), (f.sum_(p), "sum(p)"), (f.maximum(p), "max(p)"), (fill(x, p.domain), "x"),
    (f.where(x < y, x, 0.0), "where((x < y), x, 0)"),
])  # fmt: skip
def test_texts(expr: Expr, text: str) -> None:
    assert expr.text(100) == text


def test_a_long_text_is_cut_after_the_limit() -> None:
    whole = (x + y * x).text(11)
    assert whole == "x + (x*y)"
    assert (x + y * x).text(10) == "(x + (x*y)…"
    assert (x + y * x).text(3) == "(x …"


def test_how_often_a_part_stands_in_the_text() -> None:
    square = (x + y) * (x + y)
    counts = occurrences(graph.nodes, (f.exp(square) + square).index)
    assert [counts.get(e.index) for e in (square, x + y, x, y)] == [2, 4, 4, 4]
    assert occurrences(graph.nodes, (NAMED + 1).index).get(x.index) is None
    assert occurrences(graph.nodes, NAMED.index)[x.index] == 1
