"""Elementary functions without branches, tables or library calls: LLVM vectorises the loops that call them.

Every function takes and returns one float64. Compiled by Numba and inlined into `for r in range(lanes): ...`
it becomes vector instructions; with NUMBA_DISABLE_JIT=1 the same text runs as plain Python and gives the same
bits. There is no fast-math and no fused multiply-add, so the bits do not depend on the vector width either.

    function    error      notes
    exp         1.1 ulp    overflows to inf, underflows gradually to 0
    log         0.9 ulp    log(0) = -inf, log(x < 0) = nan; subnormal x included
    sin, cos    0.9 ulp    for |x| <= 2e5; beyond, the absolute error grows like 2**-53 |x|; from 2**50 on
                           every finite x is read as 0; never outside [-1, 1]; nan for +-inf
    tanh        1.4 ulp
    sigmoid     1.9 ulp    1/(1 + exp(-x)); 0 and 1 at -inf and inf
    softplus    1.7 ulp    log(1 + exp(x)); 0 and inf at -inf and inf
    erf         1.5 ulp    -1 and 1 at -inf and inf
    probit      4.7 ulp    the inverse of the normal distribution function; -inf and inf at 0 and 1, nan outside
    power       1 ulp      x**y with the special cases of C99, annex F.9.4.4

nan gives nan, except that power(1, nan) = power(nan, 0) = 1. The errors are the largest found, rounded up,
over millions of arguments. The polynomials are minimax (Remez) fits made for these intervals; those of erf are
interpolated at Chebyshev points.

Methods: W. J. Cody, W. Waite, Software Manual for the Elementary Functions (1980), for the argument
reductions; P. T. P. Tang, ACM TOMS 16 (1990) 378, for log by s = f/(2 + f); T. J. Dekker, Numer. Math. 18
(1971) 224, for the sums and products of unevaluated pairs in power; M. J. Wichura, Applied Statistics 37 (1988) 477,
algorithm AS 241, for probit.

A module that must hold these functions itself takes their text from `dynsim.engine.sources`.
"""

from __future__ import annotations

import math

import numba
import numpy as np

# error_model: the default checks each divisor for zero, and such a check is a branch.
inlined = numba.njit(error_model="numpy", forceinline=True)

LOG2_E = 1.4426950408889634
LN2_HIGH = 0.6931471805592082  # 40 bits: a product with an exponent is exact
LN2_LOW = 7.371002565167799e-13
TWO_THIRDS_HIGH = 0.6666666567325592  # 26 bits
TWO_THIRDS_LOW = 9.934107462565104e-09
TWO_OVER_PI = 0.6366197723675814
HALF_PI_HIGH = 1.5707963267923333  # 36 bits: a product with a whole number below 2**17 is exact
HALF_PI_MIDDLE = 2.5633441515839558e-12  # the next 36 bits
HALF_PI_LOW = 1.0562999066987428e-23
# 1.5 * 2**52: adding it rounds to a whole number, which the low bits of the sum hold.
ROUNDER = 6755399441055744.0
SMALLEST_NORMAL = 2.2250738585072014e-308
TWO_TO_54 = 18014398509481984.0
PROBIT_MIDDLE_TOP = (
    3.3871328727963666080, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
)  # fmt: skip
PROBIT_MIDDLE_BOTTOM = (
    1.0, 42.313330701600911252, 687.18700749205790830, 5394.1960214247511077,
    21213.794301586595867, 39307.895800092710610, 28729.085735721942674, 5226.4952788528545610,
)  # fmt: skip
PROBIT_TAIL_TOP = (
    1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
    1.27045825245236838258, 0.241780725177450611770, 0.0227238449892691845833, 7.74545014278341407640e-4,
)  # fmt: skip
PROBIT_TAIL_BOTTOM = (
    1.0, 2.05319162663775882187, 1.67638483018380384940, 0.689767334985100004550,
    0.148103976427480074590, 0.0151986665636164571966, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
)  # fmt: skip
PROBIT_FAR_TOP = (
    6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 0.296560571828504891230,
    0.0265321895265761230930, 0.00124266094738807843860, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
)  # fmt: skip
PROBIT_FAR_BOTTOM = (
    1.0, 0.599832206555887937690, 0.136929880922735805310, 0.0148753612908506148525,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
)  # fmt: skip


@inlined
def bits_of(x: float) -> np.int64:
    """The 64 bits of a float64, as an int64."""
    return np.float64(x).view(np.int64)


@inlined
def float_of(bits: np.int64) -> float:
    """The float64 with these 64 bits, given as an int64."""
    return float(np.int64(bits).view(np.float64))


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
def scaled(y: float, k: np.int64) -> float:
    """y * 2**(k - 2046) for 0 <= k < 4093, in two steps: overflow and gradual underflow come out right."""
    half = k >> 1
    return y * float_of(half << 52) * float_of((k - half) << 52)


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
def parted(x: float) -> tuple[float, float]:
    """(n, f): x = 2**n * (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), for a normal, positive, finite x."""
    # The sum carries n in its exponent bits and, in the others, the mantissa relative to sqrt(1/2).
    b = bits_of(x) - 0x0006A09E667F3BCD
    n = float_of(((b >> 52) & 0xFFF) | 0x4330000000000000) - (4503599627370496.0 + 1022.0)
    return n, float_of((b & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD) - 1.0


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


@inlined
def erf_near(z: float) -> float:
    """(erf(x)/x - 2/sqrt(pi))/z for z = x**2 <= 1."""
    w = z * z
    v = w * w
    p = (-0.37612638903183754 + z * 0.11283791670955111) + w * (-0.026866170645123838 + z * 0.005223977625303518)
    q = (-0.0008548327010033328 + z * 0.00012055332214716276) + w * (
        -1.4925622504489842e-05 + z * 1.6461446656928561e-06
    )
    r = (-1.6355118610877705e-07 + z * 1.4692484859133263e-08) + w * (
        -1.1500357159785296e-09 + z * 6.174097221305255e-11
    )
    return p + v * (q + v * r)


@inlined
def erfc_far(a: float) -> float:
    """1 - erf(a) for 1 <= a <= 6, to 2**-58."""
    u = (a - 2.5) / (a + 2.5)
    z = u * u
    w = z * z
    v = w * w
    p = (0.2108063640611436 + u * -0.37173673394897294) + z * (0.2517131932174488 + u * -0.12503305237891782)
    q = (0.03992253907546523 + u * -0.003993701160123029) + z * (-0.0026423659518134547 + u * 0.0008759152875774328)
    r = (0.0002283799633257643 + u * -0.00012887483134837842) + z * (
        -3.4175718896856294e-05 + u * 1.8596747731144528e-05
    )
    o = (7.499735050763299e-06 + u * -2.2328516517555215e-06) + z * -1.587633893127344e-06
    return exp(-a * a) * ((p + w * q) + v * (r + w * o))


@inlined
def erf(x: float) -> float:
    """The error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to x."""
    x = float(x)
    a = abs(x)
    a = 6.0 if a > 6.0 else a
    z = a * a
    near = a + a * (0.12837916709551256 + z * erf_near(1.0 if z > 1.0 else z))
    y = near if a < 1.0 else 1.0 - erfc_far(1.0 if a < 1.0 else a)
    return math.copysign(y, x)


@inlined
def ratio(x: float, top: tuple, bottom: tuple) -> float:
    """A rational function of degree 7 over 7, its coefficients from the constant on."""
    z = x * x
    w = z * z
    p = ((top[0] + x * top[1]) + z * (top[2] + x * top[3])) + w * (
        (top[4] + x * top[5]) + z * (top[6] + x * top[7])
    )
    q = ((bottom[0] + x * bottom[1]) + z * (bottom[2] + x * bottom[3])) + w * (
        (bottom[4] + x * bottom[5]) + z * (bottom[6] + x * bottom[7])
    )
    return p / q


@inlined
def probit(p: float) -> float:
    """The x for which a standard normal number is below x with probability p."""
    p = float(p)
    centred = p - 0.5
    central = abs(centred) <= 0.425
    tail = 1.0 - p if p > 0.5 else p
    middle = 0.180625 - centred * centred
    r = math.sqrt(-log(0.25 if central else tail))
    near = ratio(middle if central else 0.0, PROBIT_MIDDLE_TOP, PROBIT_MIDDLE_BOTTOM)
    far = r > 5.0
    out = ratio(r - 1.6, PROBIT_TAIL_TOP, PROBIT_TAIL_BOTTOM)
    farther = ratio(r - 5.0, PROBIT_FAR_TOP, PROBIT_FAR_BOTTOM)
    side = math.copysign(farther if far else out, centred)
    y = centred * near if central else side
    y = y if tail > 0.0 else math.copysign(math.inf, centred)
    return y if (p >= 0.0) & (p <= 1.0) else math.nan


@inlined
def leading(x: float) -> float:
    """x cut to its 26 leading bits, so that the product of two such numbers is exact."""
    return float_of(bits_of(x) & -0x8000000)


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
