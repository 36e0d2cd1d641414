"""x**y, to one unit in the last place: the logarithm is carried as an unevaluated sum of two numbers."""

from __future__ import annotations

import math

import numpy as np

from .bits import ROUNDER, SMALLEST_NORMAL, TWO_TO_54, bits_of, inlined, leading, parted, scaled
from .exponentials import LN2_HIGH, LN2_LOW, LOG2_E, exp_tail

TWO_THIRDS_HIGH = 0.6666666567325592  # 26 bits
TWO_THIRDS_LOW = 9.934107462565104e-09


@inlined
def log_pair(n: float, f: float) -> tuple[float, float]:
    """log(2**n * (1 + f)) as high + low, to about 2**-65 of its value; high has 26 bits."""
    # s = f/(2 + f), so that log(1 + f) = 2/3 s (3 + s**2 + r); s and the bracket are pairs, r a polynomial.
    d = f + 2.0
    d_high = leading(d)
    s = f / d
    s_high = leading(s)
    s_low = ((f - s_high * d_high) - s_high * (f - (d_high - 2.0))) / d
    z = s * s
    z_high = s_high * s_high
    p = 0.17559126461889532 + z * 0.17587027117606505
    p = 0.23076892266223714 + z * (0.20002216079637164 + z * p)
    p = 0.33333333332475246 + z * (0.272727275048785 + z * p)
    p = 0.6 + z * (0.42857142857144065 + z * p)
    r = z * z * p
    t_high = leading(3.0 + z_high + r)
    t_low = (s_low * (s_high + s) + r) - ((t_high - 3.0) - z_high)
    head = s_high * t_high
    rest = s_low * t_high + t_low * s
    p_high = leading(head + rest)
    p_low = rest - (p_high - head)
    # Times 2/3 = TWO_THIRDS_HIGH + TWO_THIRDS_LOW, plus n ln(2).
    first = TWO_THIRDS_HIGH * p_high
    last = TWO_THIRDS_LOW * p_high + p_low * 0.6666666666666666
    whole = n * LN2_HIGH
    total = whole + first
    last = (first - (total - whole)) + (last + n * LN2_LOW)
    high = leading(total + last)
    return high, last - (high - total)


@inlined
def exp_pair(high: float, low: float) -> float:
    """exp(high + low) for |low| < 2**-25 |high|."""
    low = 0.0 if abs(high) > 800.0 else low
    high = 800.0 if high > 800.0 else high
    high = -800.0 if high < -800.0 else high
    shifted = high * LOG2_E + (ROUNDER + 2046.0)
    n = shifted - (ROUNDER + 2046.0)
    r = (high - n * LN2_HIGH) + (low - n * LN2_LOW)
    return scaled(1.0 + exp_tail(r), bits_of(shifted) & 0xFFF)


@inlined
def power(x: float, y: float) -> float:
    """x**y."""
    x = float(x)
    y = float(y)
    a = abs(x)
    tiny = a < SMALLEST_NORMAL
    n, f = parted(a * TWO_TO_54 if tiny else a)
    log_high, log_low = log_pair(n - 54.0 if tiny else n, f)
    # Beyond 2**65 every power of a number other than 1 has left the range, and every y is even.
    e = 36893488147419103232.0 if y > 36893488147419103232.0 else y
    e = -36893488147419103232.0 if e < -36893488147419103232.0 else e
    e_high = leading(e)
    size = exp_pair(e_high * log_high, (e - e_high) * log_high + e * log_low)
    size = math.nan if (x < 0.0) & (np.floor(e) != e) else size
    at_zero = 0.0 if y > 0.0 else math.inf
    at_infinity = math.inf if y > 0.0 else 0.0
    size = at_zero if a == 0.0 else size
    size = at_infinity if a == math.inf else size
    odd = (np.floor(0.5 * e) != 0.5 * e) & (np.floor(e) == e)
    size = size * (math.copysign(1.0, x) if odd else 1.0)
    size = x if x != x else size
    size = y if y != y else size
    return 1.0 if (x == 1.0) | (y == 0.0) else size
