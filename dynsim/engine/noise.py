"""Random numbers without state: each is a function of (seed, replica, variable, step, element) and of nothing else.

The generator is Philox4x32-10 (J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers: as easy as
1, 2, 3, SC'11): ten rounds of a bijection of 128-bit counters, chosen by a 64-bit key. Here

    key      = (seed mod 2**32,  seed div 2**32  xor  variable)
    counter  = (replica div 2,  element,  step mod 2**32,  step div 2**32)

so that for one seed no two of the documented arguments meet in the same block, and neither do seeds below 2**32:

    seed      0 ... 2**64 - 1
    replica   0 ... 2**33 - 1    member of the ensemble
    variable  0 ... 2**32 - 1    a stable hash of the name of what is drawn
    step      0 ... 2**64 - 1    (2**63 - 1 where it is counted in int64)
    element   0 ... 2**32 - 1    node of a population, component of a vector

The 128 bits of a block make two numbers, those of replicas 2k and 2k + 1: a loop over lanes that takes them as a pair
does half the work. A uniform and a normal of equal arguments come from the same bits, so what must be independent
gets a different variable or step.

The scalar functions vectorise in loops over lanes, see `dynsim.engine.mathematics`; `uniforms` and `normals` run the same
functions over arrays. All four give the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numba
import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynsim.engine.mathematics import cos_reduced, float_of, inlined, log_of_parts, parted, sin_reduced

# Constants are uint64 because Numba makes a float of uint64 with int64.
LOW_WORD = np.uint64(0xFFFFFFFF)
WORD = np.uint64(32)
MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
KEY_STEP_0 = np.uint64(0x9E3779B9)
KEY_STEP_1 = np.uint64(0xBB67AE85)
ONE = np.uint64(1)
EXPONENT_OF_ONE = np.uint64(0x3FF0000000000000)
MANTISSA_SHIFT = np.uint64(12)
MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
SIGN = np.uint64(0x8000000000000000)
SWAP = np.uint64(0x4000000000000000)


@inlined
def philox_round(c0, c1, c2, c3, k0, k1):
    """One round: two 32 x 32 -> 64 bit products, exclusive-or, and a permutation of the words."""
    p0 = MULTIPLIER_0 * c0
    p1 = MULTIPLIER_1 * c2
    return (p1 >> WORD) ^ c1 ^ k0, p1 & LOW_WORD, (p0 >> WORD) ^ c3 ^ k1, p0 & LOW_WORD


@inlined
def next_key(k0, k1):
    """The key of the next round (a Weyl sequence)."""
    return (k0 + KEY_STEP_0) & LOW_WORD, (k1 + KEY_STEP_1) & LOW_WORD


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Philox4x32-10: four 32-bit words, held in uint64 as the arguments are."""
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1)
    k0, k1 = next_key(k0, k1)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1)
    k0, k1 = next_key(k0, k1)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1)
    k0, k1 = next_key(k0, k1)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1)
    k0, k1 = next_key(k0, k1)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1)
    k0, k1 = next_key(k0, k1)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1)
    k0, k1 = next_key(k0, k1)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1)
    k0, k1 = next_key(k0, k1)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1)
    k0, k1 = next_key(k0, k1)
    c0, c1, c2, c3 = philox_round(c0, c1, c2, c3, k0, k1)
    k0, k1 = next_key(k0, k1)
    return philox_round(c0, c1, c2, c3, k0, k1)


@inlined
def random_bits(seed, pair, variable, step, element):
    """128 random bits, as two uint64, for replicas 2 * pair and 2 * pair + 1."""
    seed = np.uint64(seed)
    step = np.uint64(step)
    c0, c1, c2, c3 = philox(
        np.uint64(pair) & LOW_WORD,
        np.uint64(element) & LOW_WORD,
        step & LOW_WORD,
        step >> WORD,
        seed & LOW_WORD,
        (seed >> WORD) ^ (np.uint64(variable) & LOW_WORD),
    )
    return (c1 << WORD) | c0, (c3 << WORD) | c2


@inlined
def open_unit(bits):
    """(b + 1/2) / 2**52, with b the upper 52 bits: between 0 and 1, neither included, and symmetric about 1/2."""
    return float_of((bits >> MANTISSA_SHIFT) | EXPONENT_OF_ONE) - 0.9999999999999999


@inlined
def uniform_pair(seed, pair, variable, step, element):
    """Uniform numbers in (0, 1) of replicas 2 * pair and 2 * pair + 1."""
    first, second = random_bits(seed, pair, variable, step, element)
    return open_unit(first), open_unit(second)


@inlined
def normal_pair(seed, pair, variable, step, element):
    """Standard normal numbers of replicas 2 * pair and 2 * pair + 1 (G. E. P. Box, M. E. Muller 1958)."""
    first, second = random_bits(seed, pair, variable, step, element)
    n, f = parted(open_unit(first))
    radius = math.sqrt(-2.0 * log_of_parts(n, f))
    # 52 bits for the angle in the quarter around an axis, one bit for the axis, one for its end.
    angle = (float_of((second & MANTISSA) | EXPONENT_OF_ONE) - 1.4999999999999998) * 1.5707963267948966
    radius = -radius if second & SIGN else radius
    x = radius * cos_reduced(angle, 0.0)
    y = radius * sin_reduced(angle, 0.0)
    swap = (second & SWAP) != 0
    return (y if swap else x), (x if swap else y)


@inlined
def uniform(seed, replica, variable, step, element):
    """One uniform number in (0, 1)."""
    replica = np.uint64(replica)
    even, odd = uniform_pair(seed, replica >> ONE, variable, step, element)
    return odd if replica & ONE else even


@inlined
def normal(seed, replica, variable, step, element):
    """One standard normal number."""
    replica = np.uint64(replica)
    even, odd = normal_pair(seed, replica >> ONE, variable, step, element)
    return odd if replica & ONE else even


def uniforms(
    seed: ArrayLike, replica: ArrayLike, variable: ArrayLike, step: ArrayLike, element: ArrayLike = 0
) -> NDArray[np.float64]:
    """`uniform` for every combination of the broadcast arguments."""
    return _over_arrays(_fill_uniform, seed, replica, variable, step, element)


def normals(
    seed: ArrayLike, replica: ArrayLike, variable: ArrayLike, step: ArrayLike, element: ArrayLike = 0
) -> NDArray[np.float64]:
    """`normal` for every combination of the broadcast arguments."""
    return _over_arrays(_fill_normal, seed, replica, variable, step, element)


def _over_arrays(fill: Callable, *arguments: ArrayLike) -> NDArray[np.float64]:
    arrays = np.broadcast_arrays(*(np.asarray(argument, dtype=np.uint64) for argument in arguments))
    out = np.empty(arrays[0].shape)
    _compiled(fill)(out.reshape(-1), *(np.ascontiguousarray(array).reshape(-1) for array in arrays))
    return out


@cache
def _compiled(fill: Callable) -> Callable:
    return numba.njit(error_model="numpy", cache=True, nogil=True)(fill)


def _fill_uniform(out, seed, replica, variable, step, element):
    for i in range(out.size):
        out[i] = uniform(seed[i], replica[i], variable[i], step[i], element[i])


def _fill_normal(out, seed, replica, variable, step, element):
    for i in range(out.size):
        out[i] = normal(seed[i], replica[i], variable[i], step[i], element[i])
