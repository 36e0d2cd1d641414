"""Every construct of Python's grammar, in an expression's text, has a meaning or one message with a place."""

from __future__ import annotations

import ast
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynsim.algebra.graph import Graph
from dynsim.algebra.reading.parse import parse
from dynsim.algebra.vector import Vector
from dynsim.errors import ExpressionError

BINARY = {
    ast.Add: "x + y", ast.Sub: "x - y", ast.Mult: "x * y", ast.Div: "x / y", ast.Pow: "x**y", ast.MatMult: "v @ v",
}
COMPARE = {ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq}
UNARY = {ast.UAdd, ast.USub}
# a text of every kind of expression: whether it has a meaning
KINDS: dict[str, tuple[str, bool]] = {
    "BoolOp": ("1 if x < y and y < 1 else 2", True), "NamedExpr": ("(x := 1)", False), "BinOp": ("x + y", True),
    "UnaryOp": ("-x", True), "Lambda": ("lambda: x", False), "IfExp": ("x if x < y else y", True),
    "Dict": ("{x: y}", False), "Set": ("{x}", False), "ListComp": ("[a for a in v]", False),
    "SetComp": ("{a for a in v}", False), "DictComp": ("{a: a for a in v}", False),
    "GeneratorExp": ("sum(a for a in v)", False), "Await": ("await x", False), "Yield": ("(yield x)", False),
    "YieldFrom": ("(yield from x)", False), "Compare": ("x < y", True), "Call": ("exp(x)", True),
    "FormattedValue": ("f'{x}'", False), "JoinedStr": ("f'{x}{y}'", False), "Constant": ("1.5", True),
    "Attribute": ("x.real", False), "Subscript": ("v[1]", True), "Starred": ("[*v]", False), "Name": ("x", True),
    "List": ("[x, y]", True), "Tuple": ("(x, y)", False), "Slice": ("v[0:1]", False),
    "Interpolation": ("t'{x}'", False), "TemplateStr": ("t'{x}'", False),
}
CONSTANTS = [
    "None", "True", "False", "...", "1j", "1.5j", "'a'", "b'a'", "f''", "0x1f", "0b1", "0o7", "1e999", "9" * 5000,
]


def read(text: str) -> str:
    """The value as text, or the message with its column, which lies in the text."""
    graph = Graph()
    v = Vector(graph.symbol(f"v[{k}]") for k in range(2))
    try:
        value = parse(text, {"x": graph.symbol("x"), "y": graph.symbol("y"), "v": v}, graph)
    except ExpressionError as error:
        assert 1 <= error.column <= len(text) + 1
        assert error.message
        assert "\n" not in error.message
        return f"refused: {error.message}"
    return repr(value)


def classes(base: type[ast.AST]) -> list[type[ast.AST]]:
    return [kind for kind in base.__subclasses__() if kind.__module__ == "ast"]


def test_every_kind_of_expression_is_known_here() -> None:
    assert {kind.__name__ for kind in classes(ast.expr)} <= set(KINDS)


@pytest.mark.parametrize("name", list(KINDS))
def test_kinds_of_expressions(name: str) -> None:
    text, meant = KINDS[name]
    assert read(text).startswith("refused") != meant
    assert read(f"x + {text}" if name != "BoolOp" else f"x + ({text})")


@pytest.mark.parametrize("kind", classes(ast.operator))
def test_operators(kind: type[ast.operator]) -> None:
    text = BINARY.get(kind) or ast.unparse(ast.BinOp(ast.Name("x"), kind(), ast.Name("y")))
    assert read(text).startswith("refused") == (kind not in BINARY)


@pytest.mark.parametrize("kind", classes(ast.cmpop))
def test_comparisons(kind: type[ast.cmpop]) -> None:
    text = ast.unparse(ast.Compare(ast.Name("x"), [kind()], [ast.Name("y")]))
    assert read(text).startswith("refused") == (kind not in COMPARE)


@pytest.mark.parametrize("kind", classes(ast.unaryop))
def test_signs(kind: type[ast.unaryop]) -> None:
    text = ast.unparse(ast.UnaryOp(kind(), ast.Name("x")))
    assert read(text).startswith("refused") == (kind not in UNARY)


@pytest.mark.parametrize("text", CONSTANTS)
def test_constants_that_are_no_numbers(text: str) -> None:
    for whole in (text, f"x*{text}", f"exp({text})", f"v[{text}]", f"[{text}]"):
        assert read(whole).startswith("refused")


@pytest.mark.parametrize(("text", "message"), [
    ("x<<2", "'<<' is not allowed: write a * 2**b"), ("x>>1", "'>>' is not allowed: write floor(a / 2**b)"),
    ("x*...", "'...' is not allowed: write out what it stands for"),
    ("min(x, **y)", "min: arguments are given by position, one by one"),
    ("2 x", "an operator is missing before 'x': a product is written with *"),
    ("[x, y x]", "an operator is missing before 'x': a product is written with *"),
    ("(x + 1)(y)", "only a function can be called: a product is written with *"), ("*x", "'*' cannot stand here"),
    ("x +* y", "'*' cannot stand here"), ("007", "a number does not begin with 0"),
    ("(x < y) + 1", "+: expected a number, got a condition: x < y"),
    ("x < (y < 1)", "<: expected a number, got a condition: y < 1"),
])
def test_messages(text: str, message: str) -> None:
    assert read(text) == f"refused: {message}"


def test_a_letter_and_its_compatible_form_are_one_name() -> None:
    assert read("\uff58 + 1") == read("x + 1")


LEAVES = st.sampled_from(["x", "y", "v", "1", "...", "None", "1j", "'a'", "v[0]", "t"]).map(
    lambda text: ast.parse(text, mode="eval").body
)


def _grown(inner: st.SearchStrategy[ast.expr]) -> st.SearchStrategy[ast.expr]:
    operator, sign, sense = (st.sampled_from(classes(kind)) for kind in (ast.operator, ast.unaryop, ast.cmpop))
    few = st.lists(inner, max_size=3)
    return st.one_of(
        st.builds(lambda a, op, b: ast.BinOp(a, op(), b), inner, operator, inner),
        st.builds(lambda op, a: ast.UnaryOp(op(), a), sign, inner),
        st.builds(lambda a, b: ast.BoolOp(ast.And(), [a, b]), inner, inner),
        st.builds(lambda a, p, b, q, c: ast.Compare(a, [p(), q()], [b, c]), inner, sense, inner, sense, inner),
        st.builds(ast.IfExp, inner, inner, inner),
        st.builds(
            lambda name, args, key, a: ast.Call(ast.Name(name), args, [ast.keyword(key, a)] * (len(args) % 2)),
            st.sampled_from(["exp", "min", "sum", "x", "normal"]), few, st.sampled_from([None, "a"]), inner,
        ),
        st.builds(ast.Subscript, inner, inner), st.builds(ast.List, few), st.builds(ast.Tuple, few),
        st.builds(ast.Starred, inner), st.builds(ast.Await, inner), st.builds(lambda a: ast.Set([a]), inner),
        st.builds(lambda a: ast.Attribute(a, "real"), inner),
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(LEAVES, _grown, max_leaves=6))
def test_any_tree_gives_a_value_or_one_placed_message(tree: ast.expr) -> None:
    assert read(ast.unparse(ast.fix_missing_locations(tree)))


def test_pairs_of_tokens_never_fail_otherwise() -> None:
    tokens = ["x", "v", "1", "0", ".", "...", "<<", ">>", "->", "=", ":=", "(", ")", "[", "]", ",", "*", "**", "not",
              "if", "else", "is", "in", "and", "\\", "\x00", "\n", "\t", "'", "e", "1e", "@", "~", "!", "\ufb01"]
    for parts in itertools.product(tokens, repeat=2):
        read(" ".join(parts))
        read("".join(parts))
