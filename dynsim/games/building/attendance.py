"""How many players come, if each comes with a probability of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...algebra.graph import Expr


def others(chances: Sequence[Expr]) -> list[list[Any]]:
    """For every player the probabilities that 0, …, n − 1 of the others come, by convolution: about n³/2 products."""
    return [_distribution([*chances[:i], *chances[i + 1 :]]) for i in range(len(chances))]


def _distribution(chances: Sequence[Expr]) -> list[Any]:
    found: list[Any] = [1.0]
    for p in chances:
        stays, comes = [c * (1.0 - p) for c in found], [c * p for c in found]
        found = [stays[0], *(a + b for a, b in zip(stays[1:], comes[:-1], strict=True)), comes[-1]]
    return found
