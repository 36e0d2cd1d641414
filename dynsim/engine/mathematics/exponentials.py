"""The exponential function, the logarithm, and what is made of them: tanh, sigmoid, softplus."""

from __future__ import annotations

import math

from .bits import ROUNDER, SMALLEST_NORMAL, TWO_TO_54, bits_of, inlined, parted, scaled

LOG2_E = 1.4426950408889634
LN2_HIGH = 0.6931471805592082  # 40 bits: a product with an exponent is exact
LN2_LOW = 7.371002565167799e-13


@inlined
def exp_tail(r: float) -> float:
    """exp(r) - 1 for |r| <= ln(2)/2."""
    z = r * r
    w = z * z
    o = 2.7620203638894305e-07 + r * 2.5110154340462048e-08
    p = (2.4801521052948772e-05 + r * 2.7557242059340425e-06) + z * o
    o = 0.0013888888917370768 + r * 0.00019841269886836392
    q = (0.04166666666662381 + r * 0.008333333333322127) + z * o
    return r + z * ((0.5000000000000001 + r * 0.16666666666666674) + z * (q + w * p))


@inlined
def exp(x: float) -> float:
    """e**x."""
    x = float(x)
    x = 710.0 if x > 710.0 else x
    x = -746.0 if x < -746.0 else x
    shifted = x * LOG2_E + (ROUNDER + 2046.0)
    n = shifted - (ROUNDER + 2046.0)
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    return scaled(1.0 + exp_tail(r), bits_of(shifted) & 0xFFF)


@inlined
def log_series(z: float) -> float:
    """log((1 + s)/(1 - s))/s - 2 for z = s**2 <= 0.04."""
    w = z * z
    p = (0.18181737139713208 + z * 0.15388885619568116) + w * (0.1320938490496487 + z * 0.13611335591963503)
    q = (0.6666666666666666 + z * 0.40000000000008057) + w * (0.2857142856723041 + z * 0.22222223055173002)
    return z * (q + w * w * p)


@inlined
def log_of_parts(n: float, f: float) -> float:
    """log(2**n * (1 + f)) for -0.3 < f <= 0.5."""
    s = f / (2.0 + f)
    h = 0.5 * f * f
    return n * LN2_HIGH - (((h - s * (h + log_series(s * s))) - n * LN2_LOW) - f)


@inlined
def log(x: float) -> float:
    """The natural logarithm of x."""
    x = float(x)
    tiny = x < SMALLEST_NORMAL
    n, f = parted(abs(x) * TWO_TO_54 if tiny else x)
    y = log_of_parts(n - 54.0 if tiny else n, f)
    y = y if x < math.inf else x
    y = y if x > 0.0 else math.nan
    return -math.inf if x == 0.0 else y


@inlined
def tanh(x: float) -> float:
    """The hyperbolic tangent of x."""
    a = abs(float(x))
    z = a * a
    small = a < 0.625
    # Below 0.625: a - a**3 P(a**2)/Q(a**2). Above: 1 - 2/(exp(2a) + 1). One division serves both.
    p = 0.3333333333333333 + z * (0.020498799708498872 + z * 0.0001991780435861287)
    q = 1.0 + z * (0.4614963991254931 + z * (0.02329133187629886 + z * 0.0002065337374875025))
    e = exp(44.0 if a > 22.0 else 2.0 * a)
    top = a * z * p if small else 2.0
    bottom = q if small else e + 1.0
    y = (a if small else 1.0) - top / bottom
    return math.copysign(y, x)


@inlined
def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x))."""
    x = float(x)
    e = exp(-abs(x))
    y = e / (1.0 + e)
    # e - e y = y: for small e the error of y counts little, and that of 1 + e not at all.
    y = e - e * y if e < 0.5 else y
    return y if x < 0.0 else 1.0 - y


@inlined
def softplus(x: float) -> float:
    """log(1 + exp(x))."""
    x = float(x)
    e = exp(-abs(x))
    halve = e > 0.5
    f = 0.5 * (e - 1.0) if halve else e
    return log_of_parts(1.0 if halve else 0.0, f) + (x if x > 0.0 else 0.0)
