"""The functions against 200-bit arithmetic (mpmath), and the machine code that they become."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable

import mpmath
import numba
import numpy as np
import pytest

from dynsim.engine import mathematics

INF, NAN = math.inf, math.nan
SMALLEST_NORMAL = 2.0**-1022


def exact(name: str, x: float) -> mpmath.mpf:
    """The true value to 200 bits; the 1200 inside 1 + exp(x) keep exp(-745) beside 1."""
    with mpmath.workprec(1400 if name in ("sigmoid", "softplus", "tanh") else 400):
        x = mpmath.mpf(x)
        if name == "sigmoid":
            return 1 / (1 + mpmath.exp(-x))
        if name == "softplus":
            return mpmath.log(1 + mpmath.exp(x))
        if name == "probit":  # from a good value, one step of Newton's method doubles its digits
            y = mpmath.mpf(mathematics.probit(float(x)))
            density = mpmath.exp(-y * y / 2) / mpmath.sqrt(2 * mpmath.pi)
            return y - (mpmath.erfc(-y / mpmath.sqrt(2)) / 2 - x) / density
        return getattr(mpmath, name)(x)


def ulps(value: float, truth: mpmath.mpf) -> float:
    """|value - truth| in units in the last place of the truth, the smaller at a power of two."""
    size = max(abs(float(truth)), SMALLEST_NORMAL)
    unit = math.ulp(math.nextafter(size, 0.0))
    return float(abs(mpmath.mpf(value) - truth) / unit)


def over(function: Callable[[float], float]) -> Callable[[np.ndarray], np.ndarray]:
    """The function in a compiled loop over an array."""

    @numba.njit(error_model="numpy")
    def loop(x, out):
        for i in range(x.size):
            out[i] = function(x[i])

    def run(x: np.ndarray) -> np.ndarray:
        out = np.empty_like(x)
        loop(x, out)
        return out

    return run


def either_sign(rng: np.random.Generator, low: float, high: float, n: int) -> np.ndarray:
    return np.exp(rng.uniform(math.log(low), math.log(high), n)) * rng.choice([-1.0, 1.0], n)


HALF_LN2 = math.log(2) / 2
# Nearest doubles to multiples of pi/2: what the reduction finds hardest.
TURNS = np.arange(1, 63662, 97) * (math.pi / 2)
RANGES: dict[str, tuple[float, list[Callable[[np.random.Generator, int], np.ndarray]]]] = {
    "exp": (
        1.1,
        [
            lambda g, n: g.uniform(-745.2, 709.78, n),
            lambda g, n: g.uniform(-HALF_LN2, HALF_LN2, n),
            lambda g, n: either_sign(g, 1e-20, 1.0, n),
            lambda g, n: g.uniform(-745.2, -708.3, n),
        ],
    ),
    "log": (
        0.9,
        [
            lambda g, n: np.abs(either_sign(g, 1e-320, 1e308, n)),
            lambda g, n: g.uniform(0.5, 2.0, n),
            lambda g, n: 1.0 + either_sign(g, 1e-16, 0.1, n),
        ],
    ),
    "sin": (
        0.9,
        [
            lambda g, n: g.uniform(-10, 10, n),
            lambda g, n: g.uniform(-1e5, 1e5, n),
            lambda g, n: g.choice(TURNS, n),
            lambda g, n: either_sign(g, 1e-300, 1.0, n),
            lambda g, n: g.uniform(-2e5, 2e5, n),
        ],
    ),
    "cos": (
        0.9,
        [
            lambda g, n: g.uniform(-10, 10, n),
            lambda g, n: g.uniform(-1e5, 1e5, n),
            lambda g, n: g.choice(TURNS, n),
            lambda g, n: g.uniform(-2e5, 2e5, n),
        ],
    ),
    "tanh": (
        1.4,
        [
            lambda g, n: g.uniform(-1, 1, n),
            lambda g, n: g.uniform(-25, 25, n),
            lambda g, n: g.uniform(0.6, 0.7, n),
            lambda g, n: either_sign(g, 1e-300, 1e3, n),
        ],
    ),
    "sigmoid": (
        1.9,
        [
            lambda g, n: g.uniform(-2, 2, n),
            lambda g, n: g.uniform(-40, 40, n),
            lambda g, n: g.uniform(-745, 745, n),
        ],
    ),
    "softplus": (
        1.7,
        [
            lambda g, n: g.uniform(-2, 2, n),
            lambda g, n: g.uniform(-40, 40, n),
            lambda g, n: g.uniform(-745, 745, n),
        ],
    ),
    "erf": (
        1.5,
        [
            lambda g, n: g.uniform(-1, 1, n),
            lambda g, n: g.uniform(0.9, 1.1, n),
            lambda g, n: g.uniform(-6.5, 6.5, n),
            lambda g, n: either_sign(g, 1e-300, 10.0, n),
        ],
    ),
    "probit": (
        4.7,
        [
            lambda g, n: g.uniform(0, 1, n),
            lambda g, n: g.uniform(0.07, 0.08, n),
            lambda g, n: 0.5 + either_sign(g, 1e-16, 0.1, n),
            lambda g, n: np.exp(g.uniform(-744, 0, n)),
            lambda g, n: 1 - np.exp(g.uniform(-36, 0, n)),
        ],
    ),
}


@pytest.mark.parametrize("name", RANGES)
def test_error_stays_within_the_documented_units_in_the_last_place(name):
    bound, ranges = RANGES[name]
    rng = np.random.default_rng(20240517)
    function = over(getattr(mathematics, name))
    for sample in ranges:
        x = sample(rng, 700)
        worst, where = max(
            (ulps(y, exact(name, a)), a) for a, y in zip(x.tolist(), function(x), strict=True)
        )
        assert worst <= bound, f"{name}({where!r}) is off by {worst} ulp"


POWER_RANGES = [
    lambda g, n: (g.uniform(0.5, 2.0, n), g.uniform(-700, 700, n)),
    lambda g, n: (np.exp(30 * g.standard_normal(n)), g.uniform(-3, 3, n)),
    lambda g, n: (1.0 + either_sign(g, 1e-15, 1e-3, n), either_sign(g, 1.0, 1e17, n)),
    lambda g, n: (g.uniform(0, 1e-308, n), g.uniform(-1, 1, n)),
    lambda g, n: (-g.uniform(0, 10, n), g.integers(-300, 300, n).astype(float)),
]


def test_power_stays_within_one_unit_in_the_last_place():
    rng = np.random.default_rng(77)
    checked = 0
    for sample in POWER_RANGES:
        for x, y in zip(*(a.tolist() for a in sample(rng, 500)), strict=True):
            with mpmath.workprec(300):
                truth = mpmath.power(mpmath.mpf(x), int(y) if x < 0 else mpmath.mpf(y))
            if SMALLEST_NORMAL < abs(truth) < 1.79e308:
                checked += 1
                assert ulps(mathematics.power(x, y), truth) <= 1.0, (x, y)
    assert checked > 1000


# C99, annex F.9.4.4.
POWER_CASES = [
    (0.0, -3.0, INF),
    (-0.0, -3.0, -INF),
    (0.0, -2.0, INF),
    (-0.0, -2.0, INF),
    (-0.0, -0.5, INF),
    (0.0, 3.0, 0.0),
    (-0.0, 3.0, -0.0),
    (-0.0, 2.0, 0.0),
    (-0.0, 0.5, 0.0),
    (0.0, 5e-324, 0.0),
    (-1.0, INF, 1.0),
    (-1.0, -INF, 1.0),
    (1.0, NAN, 1.0),
    (1.0, INF, 1.0),
    (NAN, 0.0, 1.0),
    (INF, -0.0, 1.0),
    (-2.0, 0.5, NAN),
    (-2.0, 3.0, -8.0),
    (-2.0, -2.0, 0.25),
    (-3.0, 2.0**53, INF),
    (-2.0, -1e300, 0.0),
    (0.5, -INF, INF),
    (2.0, -INF, 0.0),
    (0.5, INF, 0.0),
    (2.0, INF, INF),
    (-INF, -3.0, -0.0),
    (-INF, -2.0, 0.0),
    (-INF, 3.0, -INF),
    (-INF, 2.0, INF),
    (-INF, 0.5, INF),
    (INF, -1e-9, 0.0),
    (INF, 1e-9, INF),
    (NAN, 2.0, NAN),
    (2.0, NAN, NAN),
    (0.0, NAN, NAN),
    (NAN, NAN, NAN),
    (2.0, -1074.0, 5e-324),
    (2.0, -1080.0, 0.0),
    (2.0, 1024.0, INF),
    (-2.0, 1025.0, -INF),
    (10.0, 2.0, 100.0),
]

CASES: dict[str, list[tuple[float, float]]] = {
    "exp": [
        (INF, INF),
        (-INF, 0.0),
        (NAN, NAN),
        (0.0, 1.0),
        (-0.0, 1.0),
        (709.79, INF),
        (1e308, INF),
        (-745.2, 0.0),
        (-745.0, 5e-324),
        (-1e308, 0.0),
    ],
    "log": [
        (INF, INF),
        (0.0, -INF),
        (-0.0, -INF),
        (-1.0, NAN),
        (-INF, NAN),
        (NAN, NAN),
        (1.0, 0.0),
        (-5e-324, NAN),
    ],
    "sin": [(INF, NAN), (-INF, NAN), (NAN, NAN), (0.0, 0.0), (-0.0, -0.0), (5e-324, 5e-324)],
    "cos": [(INF, NAN), (-INF, NAN), (NAN, NAN), (0.0, 1.0), (-0.0, 1.0)],
    "tanh": [
        (INF, 1.0),
        (-INF, -1.0),
        (NAN, NAN),
        (0.0, 0.0),
        (-0.0, -0.0),
        (1e308, 1.0),
        (5e-324, 5e-324),
    ],
    "sigmoid": [
        (INF, 1.0),
        (-INF, 0.0),
        (NAN, NAN),
        (0.0, 0.5),
        (-0.0, 0.5),
        (-745.0, 5e-324),
        (1e308, 1.0),
    ],
    "erf": [(INF, 1.0), (-INF, -1.0), (NAN, NAN), (0.0, 0.0), (-0.0, -0.0), (6.0, 1.0), (-1e308, -1.0)],
    "probit": [
        (0.0, -INF), (-0.0, -INF), (1.0, INF), (0.5, 0.0), (NAN, NAN), (-5e-324, NAN), (1.0000000000000002, NAN),
        (INF, NAN), (-INF, NAN), (5e-324, -38.467405617144344), (1 - 2.0**-53, 8.209536151601386),
    ],
    "softplus": [(INF, INF), (-INF, 0.0), (NAN, NAN), (1e308, 1e308), (-745.0, 5e-324)],
}


def same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or (
        a == b and math.copysign(1, a) == math.copysign(1, b)
    )


@pytest.mark.parametrize("name", CASES)
def test_special_values(name):
    for x, expected in CASES[name]:
        found = getattr(mathematics, name)(x)
        assert same(found, expected), f"{name}({x}) = {found}, not {expected}"


def test_special_values_of_power():
    for x, y, expected in POWER_CASES:
        found = mathematics.power(x, y)
        assert same(found, expected), f"power({x}, {y}) = {found}, not {expected}"


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_large_angles_stay_in_range_and_degrade_as_documented(name):
    rng = np.random.default_rng(3)
    x = either_sign(rng, 1e5, 1.7e308, 20_000)
    y = over(getattr(mathematics, name))(x)
    assert np.all(np.abs(y) <= 1.0)
    for a in either_sign(rng, 2e5, 2.0**50, 300).tolist():
        error = abs(getattr(mathematics, name)(a) - exact(name, a))
        assert error <= 2.0**-52 * abs(a) + 2.0**-52, a


@pytest.mark.parametrize("name", [*RANGES, "power"])
def test_a_loop_over_lanes_is_vectorised(name):
    """No call, and arithmetic on vectors only, but for what little moves between rows."""
    function = getattr(mathematics, name)
    arguments = {1: lambda f: lambda w, r: f(w[r]), 2: lambda f: lambda w, r: f(w[r], w[32 + r])}
    step = numba.njit(error_model="numpy", forceinline=True)(
        arguments[2 if name == "power" else 1](function)
    )

    @numba.njit(error_model="numpy")
    def kernel(w):
        for r in range(32):
            w[64 + r] = step(w, r)

    kernel(np.full(96, 0.5))
    code = kernel.inspect_llvm(kernel.signatures[0])
    products = [line for line in code.splitlines() if " fmul " in line]
    assert products
    assert all(" x double> " in line for line in products)


def test_the_bits_do_not_depend_on_vectorisation_or_compilation():
    """One lane at a time, a vector at a time, and plain Python."""
    rng = np.random.default_rng(9)
    x = np.concatenate(
        [
            rng.uniform(-30, 30, 200),
            either_sign(rng, 1e-320, 1e300, 200),
            [0.0, -0.0, INF, -INF, NAN],
        ]
    )
    program = (
        "import sys, numpy as np\n"
        "from dynsim.engine import mathematics\n"
        "x = np.frombuffer(sys.stdin.buffer.read())\n"
        f"y = [[getattr(mathematics, n)(a) for a in x.tolist()] for n in {list(RANGES)!r}]\n"
        "y.append([mathematics.power(abs(a), b) for a, b in zip(x.tolist(), x[::-1].tolist())])\n"
        "sys.stdout.buffer.write(np.array(y).tobytes())\n"
    )
    answer = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        input=x.tobytes(),
        capture_output=True,
        check=True,
        env={"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": ":".join(sys.path)},
    )
    plain = np.frombuffer(answer.stdout).reshape(len(RANGES) + 1, x.size)
    for name, expected in zip(RANGES, plain, strict=False):
        function = getattr(mathematics, name)
        np.testing.assert_array_equal(over(function)(x), expected, err_msg=name)
        np.testing.assert_array_equal([function(a) for a in x.tolist()], expected, err_msg=name)
    powers = [
        mathematics.power(abs(a), b) for a, b in zip(x.tolist(), x[::-1].tolist(), strict=True)
    ]
    np.testing.assert_array_equal(powers, plain[-1])
