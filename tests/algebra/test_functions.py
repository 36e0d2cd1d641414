"""Every function's value, first and second derivative against SymPy and against central differences."""

import numpy as np
import pytest
import scipy.special
import sympy as sp

from dynsim.algebra import functions as f
from dynsim.algebra.differentiate import gradient, jvp
from dynsim.algebra.domain import node
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.topology import Topology
from dynsim.algebra.vector import Vector

X, Y, Z = sp.symbols("x y z", real=True)
POINTS = 40

CASES = {
    "add": (lambda x, y, z: x + y + 1.5, X + Y + sp.Rational(3, 2)),
    "sub": (lambda x, y, z: 2.0 - x - y, 2 - X - Y),
    "mul": (lambda x, y, z: x * y * z, X * Y * Z),
    "div": (lambda x, y, z: x / (y * y + 1.0) + 1.0 / (x - 5.0), X / (Y**2 + 1) + 1 / (X - 5)),
    "neg": (lambda x, y, z: -(x * y), -X * Y),
    "square": (lambda x, y, z: x**2 + y**3, X**2 + Y**3),
    "negative power": (lambda x, y, z: (x + 4) ** -3, (X + 4) ** -3),
    "root power": (lambda x, y, z: (x + 4) ** 0.5, sp.sqrt(X + 4)),
    "real power": (lambda x, y, z: (x + 4) ** 2.7, (X + 4) ** sp.Rational(27, 10)),
    "high power": (lambda x, y, z: (x / 2) ** 17, (X / 2) ** 17),
    "variable power": (lambda x, y, z: (x + 4) ** y, (X + 4) ** Y),
    "power of a number": (lambda x, y, z: 2.0**x, 2**X),
    "exp": (lambda x, y, z: f.exp(x * y), sp.exp(X * Y)),
    "log": (lambda x, y, z: f.log(x * x + y * y + 0.1), sp.log(X**2 + Y**2 + sp.Rational(1, 10))),
    "sqrt": (lambda x, y, z: f.sqrt(x + y + 7), sp.sqrt(X + Y + 7)),
    "sin": (lambda x, y, z: f.sin(x * y), sp.sin(X * Y)),
    "cos": (lambda x, y, z: f.cos(x - y * z), sp.cos(X - Y * Z)),
    "tanh": (lambda x, y, z: f.tanh(x * y), sp.tanh(X * Y)),
    "sigmoid": (lambda x, y, z: f.sigmoid(x * y), 1 / (1 + sp.exp(-X * Y))),
    "softplus": (lambda x, y, z: f.softplus(x * y), sp.log(1 + sp.exp(X * Y))),
    "erf": (lambda x, y, z: f.erf(x * y), sp.erf(X * Y)),
    "probit": (lambda x, y, z: f.probit(f.sigmoid(x * y)),
               sp.sqrt(2) * sp.erfinv(2 / (1 + sp.exp(-X * Y)) - 1)),
    "argmax": (lambda x, y, z: y * f.argmax(Vector([x, y, z])),
               Y * sp.Piecewise((0, sp.And(X >= Y, X >= Z)), (1, Y >= Z), (2, True))),
    "argmin": (lambda x, y, z: y * f.argmin(Vector([x, y, z])),
               Y * sp.Piecewise((0, sp.And(X <= Y, X <= Z)), (1, Y <= Z), (2, True))),
    "abs": (lambda x, y, z: x * abs(x * y), X * sp.Abs(X * Y)),
    "sign": (lambda x, y, z: y * y * f.sign(x), Y**2 * sp.sign(X)),
    "floor": (lambda x, y, z: y * f.floor(x), Y * sp.floor(X)),
    "min": (lambda x, y, z: f.minimum(x * x, y, z), sp.Min(X**2, Y, Z)),
    "max": (lambda x, y, z: f.maximum(x * x, y * y, z), sp.Max(X**2, Y**2, Z)),
    "clip": (lambda x, y, z: f.clip(x * x, 0.2, 1.1), sp.Min(sp.Max(X**2, sp.Rational(1, 5)), sp.Rational(11, 10))),
    "mod": (lambda x, y, z: f.mod(x * x, 0.7) * y,
            (X**2 - sp.Rational(7, 10) * sp.floor(X**2 / sp.Rational(7, 10))) * Y),
    "where": (lambda x, y, z: f.where((x < y) & ~(z <= 0), x * y, f.sin(x)),
              sp.Piecewise((X * Y, sp.And(X < Y, sp.Not(Z <= 0))), (sp.sin(X), True))),
    "composed": (lambda x, y, z: f.exp(-(x**2)) * f.tanh(y / (1 + f.softplus(z))) / (1 + x * x * y * y),
                 sp.exp(-(X**2)) * sp.tanh(Y / (1 + sp.log(1 + sp.exp(Z)))) / (1 + X**2 * Y**2)),
}

KINKED = ("floor", "mod", "argmin", "argmax", "min", "max", "clip", "where", "abs", "sign")


def _points() -> np.ndarray:
    return np.random.default_rng(7).uniform(-2.0, 2.0, (3, POINTS))


def _numeric(expression: sp.Expr, points: np.ndarray) -> np.ndarray:
    """SymPy's value; the derivatives of sign, floor and |·| at a kink, which no random point hits, are 0."""
    smooth = expression.replace(sp.DiracDelta, lambda *_: sp.Integer(0))
    smooth = smooth.replace(lambda e: isinstance(e, sp.Subs | sp.Derivative), lambda e: sp.Integer(0))
    heaviside = {"Heaviside": lambda x, at=0.5: np.heaviside(x, at)}
    with np.errstate(all="ignore"):
        values = sp.lambdify((X, Y, Z), smooth, [heaviside, "numpy", scipy.special])(*points)
    return np.broadcast_to(np.asarray(values, float), points.shape[1])


@pytest.mark.parametrize("case", CASES)
def test_value_and_derivatives_match_sympy(case):
    build, formula = CASES[case]
    graph = Graph()
    symbols = [graph.symbol(name) for name in "xyz"]
    value = build(*symbols)
    first = gradient([value], symbols)
    second = [d for g in first for d in gradient([g], symbols)]
    points = _points()
    got = evaluate([value, *first, *second], dict(zip("xyz", points, strict=True)))
    expected = [formula, *(sp.diff(formula, v) for v in (X, Y, Z))]
    expected += [sp.diff(d, v) for d in expected[1:] for v in (X, Y, Z)]
    for found, wanted in zip(got, expected, strict=True):
        np.testing.assert_allclose(found, _numeric(wanted, points), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("case", CASES)
def test_first_and_second_derivatives_match_central_differences(case):
    graph = Graph()
    symbols = [graph.symbol(name) for name in "xyz"]
    value = CASES[case][0](*symbols)
    first = gradient([value], symbols)
    direction = np.array([0.6, -0.3, 0.5])
    along = [graph.constant(v) for v in direction]
    slope, *slopes = jvp([value, *first], symbols, along)
    points = _points()
    h = 1e-5

    def at(outputs, shift):
        return evaluate(outputs, dict(zip("xyz", points + shift * direction[:, None], strict=True)))

    middle = at([value, *first], 0.0)
    forward, backward = at([value, *first], h), at([value, *first], -h)
    found = at([slope, *slopes], 0.0)
    smooth = np.ones(POINTS, bool)
    if case in KINKED:  # a kink between the two points
        curvature = np.max([np.abs(a - 2 * b + c) for a, b, c in zip(forward, middle, backward, strict=True)], axis=0)
        smooth = curvature < 1e-8
        assert smooth.sum() > 0.9 * POINTS
    for a, b, d in zip(forward, backward, found, strict=True):
        np.testing.assert_allclose(d[smooth], ((a - b) / (2 * h))[smooth], rtol=1e-6, atol=1e-6)


def test_at_a_tie_the_second_argument_gets_the_derivative():
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    for function in (f.minimum, f.maximum):
        got = evaluate(gradient([function(x, y)], [x, y]), {"x": 1.0, "y": 1.0})
        assert [float(v) for v in got] == [0.0, 1.0]


def test_kinks_have_derivative_zero():
    graph = Graph()
    x = graph.symbol("x")
    for function in (abs, f.sign, f.floor):
        assert evaluate(gradient([function(x)], [x]), {"x": 0.0})[0] == 0.0


@pytest.mark.parametrize("guarded", [
    lambda x: f.where(x > 0, f.log(f.where(x > 0, x, x)), 0.0),
    lambda x: f.where(x > 0, f.sqrt(x), 0.0),
    lambda x: f.where(x <= 0, 0.0, 1.0 / x),
    lambda x: f.where(x > 0, x * f.log(f.sqrt(x)), 0.0),
])
def test_a_branch_that_is_not_taken_cannot_spoil_the_derivative(guarded):
    graph = Graph()
    x = graph.symbol("x")
    y = guarded(x)
    points = {"x": np.array([-1.0, 0.0, 2.0])}
    reverse, forward = evaluate([gradient([y], [x])[0], jvp([y], [x], [1.0])[0]], points)
    np.testing.assert_array_equal(reverse[:2], 0.0)
    assert np.isfinite(reverse[2])
    assert reverse[2] != 0
    np.testing.assert_allclose(forward, reverse)


def test_the_power_of_zero_has_the_right_slopes():
    graph = Graph()
    x, p = graph.symbol("x"), graph.symbol("p")
    by_base, by_exponent = evaluate(gradient([x**p], [x, p]), {"x": 0.0, "p": np.array([1.0, 2.0, 3.5])})
    np.testing.assert_array_equal(by_base, [1.0, 0.0, 0.0])
    np.testing.assert_array_equal(by_exponent, 0.0)


def test_the_first_of_the_largest_and_smallest_counts():
    graph = Graph()
    ring = {"net": Topology.build(4, [0, 1, 2, 3], [1, 2, 3, 0], np.ones(4))}
    x = Vector([graph.symbol(f"x[{k}]") for k in range(4)])
    values = {f"x[{k}]": np.array(v) for k, v in enumerate([[2.0, 1.0], [3.0, 1.0], [3.0, 1.0], [2.0, 0.0]])}
    most, least = evaluate([f.argmax(x), f.argmin(x)], values)
    assert most.tolist() == [1, 0]
    assert least.tolist() == [0, 3]
    u = graph.symbol("u", node("net"))
    most, least = evaluate([f.argmax(u), f.argmin(u)], {"u": np.stack([values[f"x[{k}]"] for k in range(4)])}, ring)
    assert most.tolist() == [1, 0]
    assert least.tolist() == [0, 3]
    assert gradient([f.argmax(u) + f.argmin(x)], [u, x[0]])[1].constant == 0.0


def test_sigmoid_and_softplus_do_not_overflow():
    graph = Graph()
    x = graph.symbol("x")
    values = {"x": np.array([-800.0, 800.0])}
    s, p, ds = evaluate([f.sigmoid(x), f.softplus(x), gradient([f.sigmoid(x)], [x])[0]], values)
    np.testing.assert_array_equal(s, [0.0, 1.0])
    np.testing.assert_array_equal(p, [0.0, 800.0])
    np.testing.assert_array_equal(ds, 0.0)
