"""How many points of a Sobol' sequence fill the box evenly."""

from __future__ import annotations

from ....errors import Problem


def unbalanced(n: int) -> list[Problem]:
    """A mistake if n is no power of 2, with the powers next to it."""
    if n & (n - 1) == 0:
        return []
    near = f"{2 ** (n.bit_length() - 1)} or {2 ** n.bit_length()}"
    return [Problem(f"expected a power of 2, which makes Sobol' points balanced, got {n}: take {near}", "n")]
