"""The error function, and the inverse of the normal distribution function."""

from __future__ import annotations

import math

from .bits import inlined
from .exponentials import exp, log

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
    # Both sides are computed wherever one is taken, so each gets an argument of its own range.
    near = a + a * (0.12837916709551256 + z * erf_near(1.0 if z > 1.0 else z))
    y = near if a < 1.0 else 1.0 - erfc_far(1.0 if a < 1.0 else a)
    return math.copysign(y, x)


@inlined
def ratio(x: float, top: tuple, bottom: tuple) -> float:
    """A rational function of degree 7 over 7, its coefficients from the constant on."""
    # Estrin's scheme: terms in pairs, which do not wait for each other as those of Horner's do.
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
    # AS 241 has three pieces: the middle in p itself, the tail and the far tail in the root of its logarithm.
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
