"""Random numbers without state: each is a function of (seed, replica, variable, step, element) and of nothing else.

The generator is Philox4x32-10 (J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers:
as easy as 1, 2, 3, SC 2011): ten rounds of a bijection of 128-bit counters, which a 64-bit key selects. Here

    key      = (seed mod 2**32,  seed div 2**32  xor  variable)
    counter  = (element,  replica div 2,  step mod 2**32,  step div 2**32)

(the first round does not multiply the second word, so lanes that differ only in the replica share its products).

With one seed, different arguments never share a number; nor do two seeds below 2**32. The ranges are

    seed      0 ... 2**64 - 1
    replica   0 ... 2**33 - 1    member of the ensemble
    variable  0 ... 2**32 - 1    a stable hash of the name of what the number is for
    step      0 ... 2**63 - 1
    element   0 ... 2**32 - 1    node of a population, component of a vector

128 bits make two numbers, those of replicas 2k and 2k + 1. A loop over lanes that takes them in pairs does half the
work, and with two pairs per iteration the processor waits less for results. The numbers stay the same:

    for j in range(lanes // 4):
        w[row + 2*j], w[row + 2*j + 1] = normal_pair(seed, first_replica // 2 + j, variable, step, element)
        k = j + lanes // 4
        w[row + 2*k], w[row + 2*k + 1] = normal_pair(seed, first_replica // 2 + k, variable, step, element)

A uniform and a normal number of equal arguments come from the same bits, so independent numbers need a different
variable or step. Uniforms have 52 bits, so a normal number lies within +-8.58.

These functions take single numbers and vectorise in loops over lanes, as those of `dynsim.engine.mathematics` do.
`dynsim.engine.random.noise` has the same functions over arrays, with the same bits.
"""

from __future__ import annotations

import math

import numpy as np

from ..mathematics.bits import float_of, inlined, parted
from ..mathematics.exponentials import log_series
from ..mathematics.trigonometry import cos_tail, sin_tail

# Constants are uint64 because Numba makes a float of uint64 with int64.
LOW_WORD = np.uint64(0xFFFFFFFF)
WORD = np.uint64(32)
ONE = np.uint64(1)
MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
KEY_STEP_0 = np.uint64(0x9E3779B9)
KEY_STEP_1 = np.uint64(0xBB67AE85)


@inlined
def philox_round(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """One round: two 32 x 32 -> 64 bit products, exclusive-or, and a permutation of the words."""
    p0 = MULTIPLIER_0 * c0
    p1 = MULTIPLIER_1 * c2
    return (p1 >> WORD) ^ c1 ^ k0, p1 & LOW_WORD, (p0 >> WORD) ^ c3 ^ k1, p0 & LOW_WORD


@inlined
def next_key(k0: np.uint64, k1: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The key of the next round (a Weyl sequence)."""
    return (k0 + KEY_STEP_0) & LOW_WORD, (k1 + KEY_STEP_1) & LOW_WORD


@inlined
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
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
def random_bits(
    seed: int, pair: int | np.uint64, variable: int, step: int, element: int
) -> tuple[np.int64, np.int64]:
    """128 random bits, as two int64, for replicas 2 * pair and 2 * pair + 1."""
    # The seed's upper half and the variable share a word of the key: that is why seeds from 2**32 on may meet others.
    key = np.uint64(seed)
    count = np.uint64(step)
    c0, c1, c2, c3 = philox(
        np.uint64(element) & LOW_WORD,
        np.uint64(pair) & LOW_WORD,
        count & LOW_WORD,
        count >> WORD,
        key & LOW_WORD,
        (key >> WORD) ^ (np.uint64(variable) & LOW_WORD),
    )
    return np.uint64((c1 << WORD) | c0).view(np.int64), np.uint64((c3 << WORD) | c2).view(np.int64)


@inlined
def open_unit(bits: np.int64) -> float:
    """(b + 1/2) / 2**52 with b the upper 52 bits: in (0, 1), ends excluded, symmetric about 1/2."""
    return float_of(((bits >> 12) & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000) - 0.9999999999999999


@inlined
def uniform_pair(
    seed: int, pair: int | np.uint64, variable: int, step: int, element: int
) -> tuple[float, float]:
    """Uniform numbers in (0, 1) of replicas 2 * pair and 2 * pair + 1."""
    first, second = random_bits(seed, pair, variable, step, element)
    return open_unit(first), open_unit(second)


@inlined
def normal_pair(
    seed: int, pair: int | np.uint64, variable: int, step: int, element: int
) -> tuple[float, float]:
    """Standard normal numbers of replicas 2 * pair and 2 * pair + 1 (G. E. P. Box, M. E. Muller 1958)."""
    first, second = random_bits(seed, pair, variable, step, element)
    # The radius is sqrt(-2 log u). As u is positive, normal and finite, the special cases of `log` are left out.
    n, f = parted(open_unit(first))
    s = f / (2.0 + f)
    radius = math.sqrt(-2.0 * (n * 0.6931471805599453 + s * (2.0 + log_series(s * s))))
    # 52 bits for the angle in the quarter around an axis, one bit for the axis, one for its end.
    quarter = float_of((second & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000) - 1.4999999999999998
    angle = quarter * 1.5707963267948966
    radius = -radius if second < 0 else radius
    x = radius * (1.0 - 0.5 * (angle * angle) + cos_tail(angle))
    y = radius * (angle + sin_tail(angle))
    # Exchanging x and y turns the angle to the other axis, for the price of a selection instead of range reduction.
    swap = (second << 1) < 0
    return (y if swap else x), (x if swap else y)


@inlined
def uniform(seed: int, replica: int, variable: int, step: int, element: int) -> float:
    """One uniform number in (0, 1)."""
    member = np.uint64(replica)
    even, odd = uniform_pair(seed, member >> ONE, variable, step, element)
    return odd if member & ONE else even


@inlined
def normal(seed: int, replica: int, variable: int, step: int, element: int) -> float:
    """One standard normal number."""
    member = np.uint64(replica)
    even, odd = normal_pair(seed, member >> ONE, variable, step, element)
    return odd if member & ONE else even
