"""Projected gradient ascent on a simplex: what the rules of infinitesimal gradient ascent share."""

from __future__ import annotations

from ...algebra.algorithms.simplex import projected
from ...settings import Number
from ..base import Exprs


def climb(x: Exprs, u: Exprs, rate: Number) -> Exprs:
    """Π(x + rate·u) − x."""
    reached = projected([a + rate * v for a, v in zip(x, u, strict=True)])
    return [r - a for r, a in zip(reached, x, strict=True)]
