"""Expressions as text: every kind of leaf, brackets, names, where a text is cut, and how often a part stands in it."""

import pytest

from dynsim.algebra import functions as f
from dynsim.algebra import graph as g
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Graph
from dynsim.algebra.printing import occurrences, to_text

graph = Graph()
x, y = graph.symbol("x"), graph.symbol("y")
p = graph.symbol("p", node("net"))
NAMED = g.named(x * y, "area")


@pytest.mark.parametrize(("expr", "text"), [
    (graph.constant(2.0), "2"), (graph.constant(2.5), "2.5"), (graph.constant(-2.0), "-2"), (x * -3, "x*(-3)"),
    (g.size(graph, "net"), "size(net)"), (g.weight(graph, "net"), "weight(net)"), (g.index(graph, "net"), "index(net)"),
    (g.time(graph) * x, "x*t"), (g.noise(graph, "d:0", p.domain), "normal(0, 1)"),
    (g.uniform(graph, "d:0", p.domain), "uniform(0, 1)"), (g.noise(graph, "x", p.domain), "noise(x)"),
    (x + y * x, "x + (x*y)"), ((x + y) * (x - y), "(x + y)*(x - y)"), (f.exp(x), "exp(x)"), (x, "x"),
    (NAMED, "x*y"), (NAMED + 1, "area + 1"), (f.degree(p), "degree(net)"), (f.sum_neighbors(f.neighbor(p)),
    "sum_neighbors(neighbor(p))"), (f.sum_(p), "sum(p)"), (f.maximum(p), "max(p)"), (g.fill(x, p.domain), "x"),
    (f.where(x < y, x, 0.0), "where((x < y), x, 0)"),
])  # fmt: skip
def test_texts(expr: g.Expr, text: str) -> None:
    assert to_text(expr, 100) == text


def test_a_long_text_is_cut_after_the_limit() -> None:
    whole = to_text(x + y * x, 11)
    assert whole == "x + (x*y)"
    assert to_text(x + y * x, 10) == "(x + (x*y)…"
    assert to_text(x + y * x, 3) == "(x …"


def test_how_often_a_part_stands_in_the_text() -> None:
    square = (x + y) * (x + y)
    counts = occurrences(f.exp(square) + square)
    assert [counts.get(e.index) for e in (square, x + y, x, y)] == [2, 4, 4, 4]
    assert occurrences(NAMED + 1).get(x.index) is None
    assert occurrences(NAMED)[x.index] == 1
