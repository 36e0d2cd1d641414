"""Any text gives a value or an ExpressionError, soon; and what is printed reads back as the same node."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from dynsim.algebra.domain import node
from dynsim.algebra.graph import Expr, Graph, fill
from dynsim.algebra.reading.calls import FUNCTIONS
from dynsim.algebra.reading.parse import parse
from dynsim.algebra.reading.sampling import DISTRIBUTIONS
from dynsim.algebra.vector import Vector
from dynsim.errors import ExpressionError
from tests.algebra.growing import SIZES, grow
from tests.work import MOMENT, at_most

WORDS = [
    *FUNCTIONS, *DISTRIBUTIONS, "theta", "u", "x", "A", "net", "ring", "pi", "e", "t", "weight", "index", "degree",
    "size",
    "and", "or", "not", "if", "else", "lambda", "for", "in", "True", "nix", "__class__", "1", "0", "2.5", "1e308", "9",
    "0.1e-300", "x[0]", "x[7]", "'a'", "f'{x}'",
    *"+-*/@()[],.<>=:{}%&|^~!;#\\ \n\t_", "**", "//", "==", "<=", ">=", "!=", ":=", "theta + ", "(u)", "[x, x]",
]
TEXTS = st.one_of(
    st.text(max_size=200),
    st.text(alphabet=string.printable, max_size=300),
    st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=60).map("".join),
    st.tuples(st.sampled_from(WORDS), st.integers(1, 3000), st.sampled_from(WORDS)).map(lambda p: p[0] * p[1] + p[2]),
)
ATOMS = st.sampled_from(
    ["theta", "u", "x", "x[1]", "A", "2", "-0.5", "t", "index", "neighbor(u)", "weight", "normal(0, 1)"]
)
SENTENCES: st.SearchStrategy[str] = st.deferred(lambda: st.one_of(ATOMS, _composed(SENTENCES)))


def _composed(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**", "@", "<", ">=", "==", " and ", " or "]), inner)
        .map(lambda p: f"({p[0]}{p[1]}{p[2]})"),
        st.tuples(st.sampled_from(list(FUNCTIONS)), st.lists(inner, min_size=1, max_size=3))
        .map(lambda p: f"{p[0]}({', '.join(p[1])})"),
        st.lists(inner, min_size=1, max_size=3).map(lambda p: f"[{', '.join(p)}]"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
        inner.map(lambda p: f"-{p}"), inner.map(lambda p: f"not {p}"), inner.map(lambda p: f"{p}[0]"),
    )


def _scope(graph: Graph) -> dict:
    x = Vector(graph.symbol(f"x[{k}]") for k in range(3))
    return {"theta": graph.symbol("theta"), "u": graph.symbol("u", node("net")), "x": x, "A": Vector([x, x, x]),
            "net": node("net")}


def _read(text: str, **options: object) -> Expr | Vector | None:
    graph = Graph()
    try:
        with at_most(MOMENT):
            return parse(text, _scope(graph), graph, **options)
    except ExpressionError as error:
        assert 1 <= error.column <= max(len(text), 10_000) + 1
        return None


@settings(max_examples=600)
@given(TEXTS, st.booleans(), st.sampled_from([None, 3]))
def test_any_text_gives_a_value_or_an_expression_error(text, draws, length):
    _read(text, initial=draws, length=length)


@settings(max_examples=600)
@given(SENTENCES, st.booleans())
def test_well_formed_texts_read_back_what_they_print(text, draws):
    value = _read(text, initial=draws)
    if isinstance(value, Expr) and "sample" not in {n.op for n in value.graph.nodes}:
        printed = value.text()
        assert parse(printed, _scope(value.graph), value.graph) == value


@given(st.integers(0, 10**6), st.integers(1, 60))
def test_random_graphs_read_back_as_the_same_node(seed, size):
    grown = grow(seed, size)
    scope = {v.name: v for v in grown.variables} | {p: node(p) for p in SIZES}
    scope |= {e.name: e for e in grown.scalars if e.op == "named"}
    for e in [*grown.scalars[-3:], *grown.nodes["net"][-3:], *grown.nodes["ring"][-3:]]:
        printed = e.text()
        if len(printed) > 3_000:  # a shared part is written out each time
            continue
        if e.op == "fill":  # what is the same at every node prints as the scalar it is
            continue
        assert parse(printed, scope, grown.graph) == (e.args[0] if e.op == "named" else e)


def test_a_fill_prints_as_its_scalar():
    graph = Graph()
    theta = graph.symbol("theta")
    assert fill(theta + 1, node("net")).text() == "theta + 1"


def test_printing_a_graph_that_doubles_at_every_step_stays_short():
    graph = Graph()
    y = graph.symbol("theta")
    for _ in range(500):
        y = y * y + 1
    with at_most(100_000):
        text = y.text(200)
    assert len(text) == 201
    assert text.endswith("…")
