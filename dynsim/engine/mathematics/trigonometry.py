"""Sine and cosine."""

from __future__ import annotations

import math

import numpy as np

from .bits import ROUNDER, bits_of, inlined

TWO_OVER_PI = 0.6366197723675814
HALF_PI_HIGH = 1.5707963267923333  # 36 bits: a product with a whole number below 2**17 is exact
HALF_PI_MIDDLE = 2.5633441515839558e-12  # the next 36 bits
HALF_PI_LOW = 1.0562999066987428e-23


@inlined
def sin_tail(r: float) -> float:
    """sin(r) - r for |r| <= pi/4."""
    z = r * r
    w = z * z
    p = -2.505113010131827e-08 + z * 1.5918002246800965e-10
    p = -0.00019841269836742975 + z * 2.7557316094305633e-06 + w * p
    return r * z * ((-0.16666666666666666 + z * 0.00833333333333094) + w * p)


@inlined
def cos_tail(r: float) -> float:
    """cos(r) - 1 + r**2/2 for |r| <= pi/4."""
    z = r * r
    w = z * z
    p = 2.087614516327659e-09 + z * -1.1382552019013782e-11
    p = 2.480158729875576e-05 + z * -2.7557317266493483e-07 + w * p
    return w * ((0.041666666666666664 + z * -0.001388888888888739) + w * p)


@inlined
def sin_reduced(r: float, low: float) -> float:
    """sin(r + low) for |r| <= pi/4 and |low| at most half a unit in the last place of r."""
    return r + (sin_tail(r) + low * (1.0 - 0.5 * (r * r)))


@inlined
def cos_reduced(r: float, low: float) -> float:
    """cos(r + low), as sin_reduced."""
    h = 0.5 * (r * r)
    w = 1.0 - h
    return w + (((1.0 - w) - h) + (cos_tail(r) - r * low))


@inlined
def quarter_turns(x: float) -> tuple[np.int64, float, float]:
    """(quadrant, r, low): |x| = quadrant * pi/2 + r + low with |r| <= pi/4.

    Only the two lowest bits of quadrant count.
    """
    a = abs(float(x))
    a = a if a < 1125899906842624.0 else a - a  # 2**50; inf and nan become nan
    shifted = a * TWO_OVER_PI + ROUNDER
    n = shifted - ROUNDER
    # pi/2 in three pieces (Cody and Waite): the first product is exact, and what the later ones lose is in `low`.
    first = a - n * HALF_PI_HIGH
    middle = n * HALF_PI_MIDDLE
    second = first - middle
    rest = n * HALF_PI_LOW - ((first - second) - middle)
    r = second - rest
    return bits_of(shifted), r, (second - r) - rest


@inlined
def sin(x: float) -> float:
    """The sine of x radians."""
    quadrant, r, low = quarter_turns(x)
    # Sine and cosine are both computed: the quadrant differs from lane to lane, and a branch would end vectorisation.
    s = sin_reduced(r, low)
    c = cos_reduced(r, low)
    y = c if quadrant & 1 else s
    y = -y if quadrant & 2 else y
    return y * math.copysign(1.0, x)


@inlined
def cos(x: float) -> float:
    """The cosine of x radians."""
    quadrant, r, low = quarter_turns(x)
    s = sin_reduced(r, low)
    c = cos_reduced(r, low)
    y = s if quadrant & 1 else c
    return -y if (quadrant + 1) & 2 else y
