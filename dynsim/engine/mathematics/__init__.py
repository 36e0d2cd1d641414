"""Elementary functions without branches, tables or library calls, so that LLVM vectorises the loops that call them.

Every function takes and returns one float64. Numba inlines it into `for r in range(lanes): ...`, where it becomes
vector instructions; with NUMBA_DISABLE_JIT=1 the same text runs as plain Python and gives the same bits. There is no
fast-math and no fused multiply-add, so the bits do not depend on the vector width either.

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

Generated modules hold these functions themselves: dynsim/engine/modules/sources.py copies their text.
"""

from .error_function import erf, probit
from .exponentials import exp, log, sigmoid, softplus, tanh
from .powers import power
from .trigonometry import cos, sin

__all__ = ["cos", "erf", "exp", "log", "power", "probit", "sigmoid", "sin", "softplus", "tanh"]
