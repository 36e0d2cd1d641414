"""Expressions from text: the grammar, the message and column of every mistake, and texts that mean harm."""

import math

import pytest

from dynsim.algebra import functions as f
from dynsim.algebra import leaves
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Expr, Graph
from dynsim.algebra.reading.parse import parse
from dynsim.algebra.vector import Vector
from dynsim.errors import ExpressionError
from tests.work import MOMENT, at_most


class World:
    """A graph and a scope with every kind of name."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.theta, self.u = self.graph.symbol("theta"), self.graph.symbol("u", node("net"))
        self.x = Vector(self.graph.symbol(f"x[{k}]") for k in range(3))
        self.a = Vector([self.x, 2 * self.x])
        self.memory = self.graph.symbol("critic.m[0]")
        self.rate = self.graph.symbol("agents.critic.rule.rate")
        self.scope = {
            "theta": self.theta, "u": self.u, "x": self.x, "A": self.a, "net": node("net"),
            "critic.m[0]": self.memory, "agents.critic.rule.rate": self.rate,
        }

    def __call__(self, text: str, **options: object) -> Expr | Vector:
        return parse(text, self.scope, self.graph, **options)


@pytest.fixture
def world():
    return World()


GRAMMAR = {
    "1.5e-3": lambda w: w.graph.constant(0.0015),
    "1_000": lambda w: w.graph.constant(1000),
    "pi*e": lambda w: w.graph.constant(math.pi * math.e),
    "t": lambda w: leaves.time(w.graph),
    "theta + 2*theta - theta/3": lambda w: w.theta + 2 * w.theta - w.theta / 3,
    "-theta**2": lambda w: -(w.theta**2),
    "+theta": lambda w: w.theta,
    "2**-theta": lambda w: 2**-w.theta,
    "x[0]*x[2]": lambda w: w.x[0] * w.x[2],
    "x @ x": lambda w: w.x @ w.x,
    "A @ x": lambda w: w.a @ w.x,
    "A[1][2]": lambda w: 2 * w.x[2],
    "[theta, 1] @ [2, theta]": lambda w: w.theta * 2 + w.theta,
    "[[1, 0], [0, theta]] @ [theta, 2]": lambda w: Vector([w.theta, w.theta * 2]),
    "2*x + [1, theta, 0]": lambda w: Vector([2 * w.x[0] + 1, 2 * w.x[1] + w.theta, 2 * w.x[2]]),
    "critic.m[0] * agents.critic.rule.rate": lambda w: w.memory * w.rate,
    "1 < theta <= 2": lambda w: (w.theta > 1) & (w.theta <= 2),
    "theta > 1 and not theta >= 2 or theta == 5 or theta != 6": lambda w: (
        ((w.theta > 1) & ~(w.theta >= 2)) | f.equal(w.theta, 5) | w.graph.apply("ne", w.theta, 6)
    ),
    "1 if theta > 0 else 2": lambda w: f.where(w.theta > 0, 1.0, 2.0),
    "where(x > 0, x, 0)[1]": lambda w: f.where(w.x[1] > 0, w.x[1], 0.0),
    "exp(log(sqrt(sin(cos(tanh(theta))))))": lambda w: f.exp(f.log(f.sqrt(f.sin(f.cos(f.tanh(w.theta)))))),
    "sigmoid(softplus(abs(sign(floor(theta)))))": lambda w: f.sigmoid(
        f.softplus(f.absolute(f.sign(f.floor(w.theta))))
    ),
    "erf(probit(theta)) + argmax(x) - argmin(u)": lambda w: (
        f.erf(f.probit(w.theta)) + f.argmax(w.x) - f.argmin(w.u)
    ),
    "min(theta, 1, 2) + max(x)": lambda w: f.minimum(w.theta, 1.0, 2.0) + f.maximum(w.x),
    "clip(theta, 0, 1) + mod(theta, 2)": lambda w: f.clip(w.theta, 0.0, 1.0) + f.mod(w.theta, 2.0),
    "dot(x, x) + sum(x) + mean(x)": lambda w: w.x @ w.x + f.sum_(w.x) + f.mean(w.x),
    "u - mean(u) + max(u) + sum(u)": lambda w: w.u - f.mean(w.u) + f.maximum(w.u) + f.sum_(w.u),
    "sum_neighbors(weight*sin(neighbor(u) - u))": lambda w: f.sum_neighbors(
        leaves.weight(w.graph, "net") * f.sin(f.neighbor(w.u) - w.u)
    ),
    "mean_neighbors(neighbor(u)) + max_neighbors(neighbor(u))": lambda w: (
        f.mean_neighbors(f.neighbor(w.u)) + f.max_neighbors(f.neighbor(w.u))
    ),
    "degree + index/size": lambda w: f.degree(w.u) + leaves.index(w.graph, "net") / leaves.size(w.graph, "net"),
    "degree(u) + index(net)/size(u)": (
        lambda w: f.degree(w.u) + leaves.index(w.graph, "net") / leaves.size(w.graph, "net")
    ),
    "\n  theta\n  + 1\n": lambda w: w.theta + 1,
}


@pytest.mark.parametrize("text", GRAMMAR)
def test_text_gives_the_same_node_as_a_script(world, text):
    assert world(text) == GRAMMAR[text](world)


MISTAKES = [
    ("", 1, "the expression is empty"),
    ("tetha + 1", 1, "unknown name 'tetha', did you mean 'theta'?"),
    ("1 + thta", 5, "unknown name 'thta', did you mean 'theta'?"),
    ("zzz", 1, "unknown name 'zzz'"),
    ("2*exq(theta)", 3, "unknown function 'exq', did you mean 'exp'?"),
    ("theta(2)", 1, "'theta' is not a function: a product is written with *"),
    ("1 + exp", 5, "'exp' is a function: write exp(...)"),
    ("1 + net", 5, "'net' is a population, not a value: write size(net) or a variable"),
    ("exp(theta, 2)", 1, "exp: expected 1 argument, got 2"),
    ("where(theta > 0)", 1, "where: expected 3 arguments, got 1"),
    ("max()", 1, "max: expected at least 1 argument, got 0"),
    ("exp(x=2)", 6, "'=' is not allowed: arguments are given by position, and equality is =="),
    ("exp(*x)", 5, "an unpacked argument (*) is not allowed"),
    ("1 + x[3]", 7, "x has 3 components, x[0] to x[2], got index 3"),
    ("x[-1]", 3, "x has 3 components, x[0] to x[2], got index -1"),
    ("x[theta]", 3, "x has 3 components, x[0] to x[2], got index theta"),
    ("x[1.0]", 3, "x has 3 components, x[0] to x[2], got index 1.0"),
    ("theta[0]", 1, "theta is not a vector: it has no components"),
    ("x + [1, 2]", 1, "+: vectors of different lengths: 2 and 3"),
    ("1 + x @ theta", 5, "@: expected a vector on both sides"),
    ("x @ [1, 2]", 1, "@: lengths differ: 3 and 2"),
    ("[[1, 2], [3]]", 1, "the rows of a matrix must have equal lengths"),
    ("[]", 1, "a vector needs at least one component"),
    ("2*(u + neighbor(theta))", 8, "neighbor: expected one value per node of a population, got a scalar: theta"),
    ("weight*u", 1, "one value per edge is left over: reduce it with sum_neighbors(...), mean_neighbors(...) or "
                    "max_neighbors(...)"),
    ("theta + max(theta)", 9, "max: expected a vector or a population, got a scalar: theta"),
    ("theta if theta else 2", 1, "where: expected a condition, got a number: theta"),
    ("1 + (theta > 2)", 1, "+: expected a number, got a condition: 2 < theta"),
    ("1 + normal(0, 1)", 5, "normal(...) draws a random number: that is possible only in an initial value and "
                            "in what is computed at every step"),
    ("(theta, 1)", 1, "a tuple (a, b) instead of a vector [a, b] is not allowed"),
    ("theta + 'a'", 9, "a string is not allowed"),
    ("f'{theta}'", 1, "an f-string is not allowed"),
    ("b'a'", 1, "a string is not allowed"),
    ("theta.__class__", 1, "an attribute ('.__class__') is not allowed"),
    ("().__class__.__bases__[0]", 1, "an attribute ('.__bases__') is not allowed"),
    ("critic.rat", 1, "an attribute ('.rat') is not allowed, did you mean 'critic.m[0]'?"),
    ("(lambda: 1)()", 2, "a lambda is not allowed"),
    ("[k for k in x]", 4, "a comprehension ('for') is not allowed"),
    ("{1: 2}", 1, "a set or dict ('{') is not allowed: a vector is [a, b]"),
    ("(y := 3)", 4, "an assignment (':=') is not allowed"),
    ("x[0:2]", 4, "':' is not allowed: a vector is indexed by one number, x[0]"),
    ("theta % 2", 7, "'%' is not allowed: write mod(a, b)"),
    ("theta // 2", 7, "'//' is not allowed: write floor(a / b)"),
    ("theta ^ 2", 7, "'^' is not allowed: a power is **"),
    ("theta & 1", 7, "'&' is not allowed: write 'and'"),
    ("theta in x", 7, "'in' is not allowed: compare numbers with <, <=, ==, !=, >=, >"),
    ("theta is 2", 7, "'is' is not allowed: compare numbers with =="),
    ("True", 1, "'True' is not a number: write 1, or a comparison"),
    ("None", 1, "'None' is not allowed in an expression"),
    ("import os", 1, "'import' is not allowed in an expression"),
    ("await theta", 1, "'await' is not allowed in an expression"),
    ("theta; theta", 6, "';' is not allowed in an expression"),
    ("theta # x", 7, "unexpected character '#'"),
    ("theta \\ 2", 7, "unexpected character '\\\\'"),
    ("\x00", 1, "unexpected character '\\x00'"),
    ("\ud800", 1, "unexpected character '\\ud800'"),
    ("1j", 1, "not a number: '1j'"),
    ("0x1F", 1, "not a number: '0x'"),
    ("2theta", 1, "not a number: '2t': a product is written with *"),
    ("1__0", 1, "not a number: '1__0'"),
    ("(theta", 1, "'(' is never closed"),
    ("theta)", 6, "unexpected ')': no '(' is open here"),
    ("[theta)", 7, "unexpected ')': no '(' is open here"),
    ("theta theta", 7, "an operator is missing before 'theta': a product is written with *"),
    ("theta + ", 8, "the expression ends too early"),
    ("theta @ theta", 1, "@: expected a vector on both sides"),
    ("9**9**9", 1, "the value is not a finite number"),
    ("2 + 1/0", 5, "the value is not a finite number"),
    ("log(-1)", 1, "the value is not a finite number"),
    ("1e200*1e200*theta", 1, "the value is not a finite number"),
    ("[1, sqrt(-1)]", 5, "the value is not a finite number"),
    ("1 + 1e999", 5, "the number is too large: it is not finite as a 64-bit float"),
    ("9" * 5000, 1, "the number is too large: it is not finite as a 64-bit float"),
    ("2*size(theta)", 8, "expected a population"),
    ("2*size(2)", 8, "expected a population"),
    ("2*size(net, net)", 3, "expected one population"),
    ("2*size()", 3, "expected one population"),
    ("θ + 1", 1, "unknown name 'θ'"),
    ("θθ + thet", 1, "unknown name 'θθ'"),
]


@pytest.mark.parametrize(("text", "column", "message"), MISTAKES, ids=[ascii(m[0][:30]) for m in MISTAKES])
def test_every_mistake_has_its_message_and_column(world, text, column, message):
    with pytest.raises(ExpressionError) as caught:
        world(text)
    assert (caught.value.message, caught.value.column) == (message, column)
    assert str(caught.value) == f"column {column}: {message}"


def test_columns_count_characters_not_bytes(world):
    world.scope["θ"] = world.theta
    with pytest.raises(ExpressionError) as caught:
        world("  θθ*0 + θ")
    assert caught.value.column == 3
    with pytest.raises(ExpressionError) as caught:
        world("  θ + θ + nix")
    assert caught.value.column == 11


def test_the_population_must_be_clear():
    world = World()
    world.scope["ring"] = node("ring")
    with pytest.raises(ExpressionError, match=r"index: which population\? write index\(net\), …: there are net, ring"):
        world("index")
    assert world("index", population="ring") == leaves.index(world.graph, "ring") == world("index(ring)")
    del world.scope["ring"], world.scope["net"]
    with pytest.raises(ExpressionError, match=r"weight: which population\? there is none"):
        world("sum_neighbors(weight)")


HOSTILE = {
    "brackets": "(" * 10_000,
    "closed brackets": "(" * 4999 + "1" + ")" * 4999,
    "lists": "[" * 101 + "1" + "]" * 101,
    "minus": "-" * 9000 + "1",
    "not": "not " * 2400 + "1",
    "powers": "2**" * 3000 + "2",
    "calls": "exp(" * 1900 + "1" + ")" * 1900,
    "call chain": "exp" + "(1)" * 3000,
    "index chain": "x" + "[0]" * 3000,
    "attribute chain": "x" + ".y" * 4000,
    "conditionals": "1 if theta > 0 else " * 400 + "1",
    "mixed": "-(not (2**-(" * 600 + "1" + ")))" * 600,
    "hidden": "not not not not not 1 + (" * 300 + "1" + ")" * 300,
    "sum": "theta+" * 1999 + "theta",
    "long sum": "theta+" * 1600 + "theta",
    "sum of groups": "(theta+" * 90 + "theta" + "+theta)" * 90,
    "too long": "1+" * 6000 + "1",
    "comparisons": "theta<" * 1600 + "theta",
    "and": "theta<1 and " * 800 + "theta<1",
    "commas": "max(" + "theta," * 1600 + "theta)",
    "number": "1" * 9999,
    "zeros": "0" * 9999,
    "name": "a" * 10_000,
    "tower": "9**9**9**9**9",
    "squares": "((((((theta**9)**9)**9)**9)**9)**9)**9",
    "vectors": "[" + "theta," * 1900 + "theta]",
    "matrix product": " @ ".join(["[" + ",".join(["[" + ",".join(["theta"] * 12) + "]"] * 12) + "]"] * 10)[:10_000],
    "unclosed mixture": "exp(theta*[" * 49,
    "spaces": " " * 9_000 + "1",
    "quotes": "'" * 9_999,
    "commas only": "," * 3_999,
    "stars": "*" * 9_999,
    "dots": "." * 9_999,
    "else": "else " * 1_999,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_text_ends_at_once(world, kind):
    try:
        with at_most(MOMENT):  # identical terms are collected at every addition: the dearest case
            world(HOSTILE[kind])
    except ExpressionError as error:
        assert 1 <= error.column <= len(HOSTILE[kind]) + 1
        assert len(error.message) < 300


@pytest.mark.parametrize("kind", ["closed brackets", "lists", "minus", "not", "powers", "calls", "call chain",
                                  "index chain", "conditionals", "mixed", "hidden"])
def test_a_deep_text_is_refused_before_python_reads_it(world, kind):
    with pytest.raises(ExpressionError, match="nested more than 100 deep"):
        world(HOSTILE[kind])


@pytest.mark.parametrize("text", ["theta+" * 1600 + "theta", "(theta+" * 90 + "theta" + "+theta)" * 90,
                                  "max(" + "theta," * 900 + "theta)", "1 if theta > 0 else " * 40 + "1"])
def test_long_and_nested_texts_within_the_limits_are_read(world, text):
    assert isinstance(world(text), Expr)


def test_a_product_that_would_need_too_much_work_is_refused_before_it_starts():
    world = World()
    row = Vector([world.theta] * 300)
    world.scope["big"] = Vector([row] * 300)
    with pytest.raises(ExpressionError, match="more than 200000 operations"), at_most(MOMENT // 2):
        world("big @ big")


def test_the_work_of_a_product_of_matrices_is_counted():
    """60³ multiplications are more than the limit, 20³ are not."""
    world = World()
    for n in (20, 60):
        world.scope[f"m{n}"] = Vector([Vector([world.theta] * n)] * n)
    assert world("m20 @ m20").shape == (20, 20)
    with pytest.raises(ExpressionError, match="more than 200000 operations"):
        world("m60 @ m60")


@pytest.mark.parametrize("before", [
    "", "1+" * 300, "-1*" * 300, "2**2/" * 300, "theta < 1 and " * 99, "max(1, -2)+" * 99, "(-(1))+" * 99, "x[0]+" * 99,
    "exp(not 1 < 2)+" * 99,
])
def test_the_depth_that_is_allowed_does_not_depend_on_what_stands_before(world, before):
    with pytest.raises(ExpressionError, match="nested more than 100 deep"):
        world(before + "-" * 101 + "1")
    try:
        world(before + "-" * 99 + "1")
    except ExpressionError as error:  # a condition where a number is wanted
        assert "nested" not in error.message


def test_nothing_runs(world, tmp_path):
    target = tmp_path / "made"
    for text in (f"open({str(target)!r}, 'w')", "__import__('os').system('true')", "exec(theta)", "eval(theta)"):
        with pytest.raises(ExpressionError):
            world(text)
    assert not target.exists()


def test_draws_of_a_scalar_variable_are_numbered(world):
    value = world("normal(theta, 2) + normal(theta, 2)", initial=True)
    first, second = value.args
    assert (first.op, first.node.data, second.node.data) == ("sample", ("normal", 0), ("normal", 1))
    assert first.args == (world.theta, world.graph.constant(2))


def test_a_population_draws_at_every_node(world):
    assert world("normal(0, 1)", initial=True, population="net").domain == node("net")
    assert world("uniform(index, size)", initial=True, population="net").domain == node("net")


def test_a_vector_draws_every_component_for_itself(world):
    value = world("normal(0, 1)", initial=True, length=5)
    assert [c.node.data for c in value] == [("normal", k) for k in range(5)]
    shifted = world("x + uniform(0, [1, 2, 3])", initial=True, length=3)
    assert [c.args[1].node.data for c in shifted] == [("uniform", k) for k in range(3)]
    listed = world("[normal(0, 1), 3, exponential(2)]", initial=True, length=3)
    assert [c.op for c in listed] == ["sample", "constant", "sample"]
    with pytest.raises(ExpressionError, match="normal: vectors of different lengths: 2 and 3"):
        world("normal([1, 2], 1)", initial=True, length=3)


def test_the_simplex_is_exponentials_over_their_sum(world):
    value = world("simplex()", initial=True, length=3)
    assert isinstance(value, Vector)
    assert len({c.args[0].node.data for c in value}) == 3
    assert {c.args[0].node.data[0] for c in value} == {"exponential"}
    assert len({c.args[1] for c in value}) == 1
    with pytest.raises(ExpressionError, match="simplex: expected a vector variable"):
        world("simplex()", initial=True)


@pytest.mark.parametrize("text", ["normal(0)", "choice()", "bernoulli(1, 2)", "normal(theta > 0, 1)", "uniform(0, A)"])
def test_bad_draws(world, text):
    with pytest.raises(ExpressionError):
        world(text, initial=True)
