"""The choice between two numbers, as kernels make it: both are computed, one is taken."""

from __future__ import annotations

import numba
from numba import types
from numba.extending import intrinsic


def instruction(function):
    """Makes one instruction of a choice between two numbers that are both there.

    Numba sees no branch in it, of which its analysis takes longer the more there are, and LLVM none that could keep
    a loop from being vectorised.
    """
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return function

    def choose(typing, condition, a, b):
        signature = types.float64(types.boolean, types.float64, types.float64)
        return signature, lambda context, builder, signature, args: builder.select(*args)

    return intrinsic(choose)


@instruction
def select(condition: bool, a: float, b: float) -> float:
    """a where the condition holds, else b."""
    return a if condition else b
