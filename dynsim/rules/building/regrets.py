"""Regrets and the shares in proportion to them: what the regret-matching rules share."""

from __future__ import annotations

from ..base import Exprs
from .strategies import expected, positive, shared


def accumulated(x: Exprs, u: Exprs, regret: Exprs) -> Exprs:
    """R + u − Σ_j x_j u_j."""
    mean = expected(x, u)
    return [r + (v - mean) for r, v in zip(regret, u, strict=True)]


def matched(x: Exprs, u: Exprs, regret: Exprs) -> Exprs:
    """The move to shares in proportion to the positive regrets; 0 if no regret is positive."""
    return [share - a for share, a in zip(shared(positive(regret), x), x, strict=True)]
