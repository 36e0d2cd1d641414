"""The choice between two numbers, as kernels make it: both are computed, and one is taken."""

from __future__ import annotations

import numba
from numba import types
from numba.extending import intrinsic


def instruction(function):
    """A decorator that compiles a choice between two known numbers to one instruction.

    Numba then sees no branch, and its analysis takes longer the more branches there are; LLVM sees none that would keep
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
