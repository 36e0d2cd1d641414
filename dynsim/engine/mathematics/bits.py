"""A float64 as its bits: what the elementary functions are built from."""

from __future__ import annotations

import numba
import numpy as np

# error_model: the default checks each divisor for zero, and such a check is a branch.
inlined = numba.njit(error_model="numpy", forceinline=True)
# 1.5 * 2**52: adding it rounds to a whole number, which the low bits of the sum hold.
ROUNDER = 6755399441055744.0
SMALLEST_NORMAL = 2.2250738585072014e-308
TWO_TO_54 = 18014398509481984.0


@inlined
def bits_of(x: float) -> np.int64:
    """The 64 bits of a float64, as an int64."""
    return np.float64(x).view(np.int64)


@inlined
def float_of(bits: np.int64) -> float:
    """The float64 with these 64 bits, given as an int64."""
    return float(np.int64(bits).view(np.float64))


@inlined
def scaled(y: float, k: np.int64) -> float:
    """y * 2**(k - 2046) for 0 <= k < 4093, in two steps: overflow and gradual underflow come out right."""
    half = k >> 1
    return y * float_of(half << 52) * float_of((k - half) << 52)


@inlined
def parted(x: float) -> tuple[float, float]:
    """(n, f): x = 2**n * (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), for a normal, positive, finite x."""
    # The sum carries n in its exponent bits and, in the others, the mantissa relative to sqrt(1/2).
    b = bits_of(x) - 0x0006A09E667F3BCD
    n = float_of(((b >> 52) & 0xFFF) | 0x4330000000000000) - (4503599627370496.0 + 1022.0)
    return n, float_of((b & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD) - 1.0


@inlined
def leading(x: float) -> float:
    """x cut to its 26 leading bits, so that the product of two such numbers is exact."""
    return float_of(bits_of(x) & -0x8000000)
