"""Simplifications as nodes: what is to become what."""

import math

import numpy as np
import pytest

from dynsim.algebra import functions as f
from dynsim.algebra.graph import Graph
from dynsim.algebra.interpret import evaluate
from dynsim.algebra.simplify import LARGEST_UNROLLED_POWER, MOST_TERMS

graph = Graph()
x, y, z, w = (graph.symbol(name) for name in "xyzw")
AT = {"x": 1.3, "y": -0.7, "z": 2.1, "w": 0.4}


def value(e):
    return float(evaluate([e], AT)[0])


@pytest.mark.parametrize(("found", "simple"), [
    ((-x) / y, -(x / y)), (x / (-y), -(x / y)), ((-x) / (-y), x / y), (x / 2, 0.5 * x), (x / -4, -0.25 * x),
    (0 / x, graph.constant(0.0)),
    (x + (-y), x - y), ((-x) + y, y - x), (x - (-y), x + y), (x + x, 2 * x), (2 * x + 3 * x, 5 * x), (x + 3 * x, 4 * x),
    (2 * x - 3 * x, -x), (5 * x - 3 * x, 2 * x), (x - x, graph.constant(0.0)), (3 * x - x, 2 * x),
    ((2 * x) * (3 * y), 6 * (x * y)), ((2 * x) * y, 2 * (x * y)), (x * (3 * y), 3 * (x * y)), (2 * (3 * x), 6 * x),
    ((3 * x) * 2, 6 * x), ((-x) * y, -(x * y)), ((-x) * (-y), x * y), (2 * (-x), -2 * x), (-(2 * x), -2 * x),
    (-(-2 * x), 2 * x), (x * 0.5 * 2, x),
    ((x + y) - (y + x), graph.constant(0.0)), ((x + y + z) - (x + y), z), ((2 * x + y) - (x + y), x),
    ((x - y + z) - (z - y), x), ((x + y) - (y - z), x + z), ((x * y + z) - (w + x * y), z - w),
    (f.where(x > 0, y, y), y), (x**0, graph.constant(1.0)), (x**3, x * (x * x)), (x**-2, 1 / (x * x)),
    (x**0.5, f.sqrt(x)),
])  # fmt: skip
def test_what_becomes_what(found, simple):
    assert found == simple


@pytest.mark.parametrize(("kept", "op"), [
    (x / 3, "div"), (x / y, "div"), (x**2.5, "pow"), (x ** (LARGEST_UNROLLED_POWER + 1), "pow"),
    (x**y, "pow"), ((x + y) - (z + w), "sub"), ((x + y) - z, "sub"), (x - (x + y), "sub"), (x + y, "add"),
    (x * y, "mul"), (graph.constant(1.0) / 0, "div"), (1e308 * x + 1e308 * x, "add"), (1e308 * x - (-1e308) * x, "sub"),
    (1e200 * (1e200 * x), "mul"), ((1e200 * x) * 1e200, "mul"), ((1e200 * x) * (1e200 * y), "mul"),
    (x / 5e-324, "div"),
])  # fmt: skip
def test_what_stays(kept, op):
    """What would overflow, and what would not become shorter."""
    assert kept.op == op


def test_no_sum_of_infinite_numbers_is_made():
    for e in (1e308 * x + 1e308 * x, 1e308 * x - (-1e308) * x, 1e200 * (1e200 * x), (1e200 * x) * (1e200 * y)):
        assert all(c is None or math.isfinite(c) for c in (a.constant for a in e.args))


@pytest.mark.parametrize("n", range(LARGEST_UNROLLED_POWER + 2))
def test_powers_are_products_of_squares(n):
    assert value(x**n) == pytest.approx(1.3**n, rel=1e-14)
    assert value(x**-n) == pytest.approx(1.3**-n, rel=1e-14)
    assert ((x**n).op == "pow") == (n > LARGEST_UNROLLED_POWER)


def test_sums_that_are_long_keep_their_value():
    """Half of the terms cancel, and the number of terms passes the number that is looked through."""
    many = [graph.symbol(f"s{k}") for k in range(2 * MOST_TERMS)]
    at = {f"s{k}": float(v) for k, v in enumerate(np.random.default_rng(0).normal(size=len(many)))}
    for n in (2, 3, MOST_TERMS - 1, MOST_TERMS, MOST_TERMS + 1, 2 * MOST_TERMS):
        for kept in (n, n // 2 + 1, n // 2, n // 2 - 1):
            a = b = graph.constant(0.0)
            for k, s in enumerate(many[:n]):
                a = a + (k + 2) * s if k % 3 else a - (k + 2) * s
                number = k + 2 if k < kept else k + 3
                b = b + number * s if k % 3 else b - number * s
            # one by one, the numbers of what is left are −1 and +1
            wanted = sum((1 if k % 3 == 0 else -1) * at[f"s{k}"] for k in range(n) if k >= kept)
            assert float(evaluate([a - b], at)[0]) == pytest.approx(wanted, abs=1e-12)
