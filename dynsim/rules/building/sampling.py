"""A random strategy by weights: what random rules on a simplex share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import add

from ...algebra.functions import where
from ...algebra.graph import Expr
from ..base import Exprs


def sample_one(weights: Sequence[Expr], u: Expr) -> Exprs:
    """1 for one element, sampled with probability in proportion to its weight, and 0 for the others.

    u: uniform in (0, 1). An element of weight 0 is never sampled; if all weights are 0, the result is 0 everywhere.
    """
    ends = list(accumulate(weights, add))
    hit = u * ends[-1]  # always below the last end: u ≤ 1 − 2⁻⁵³
    below = [where(hit < end, 1.0, 0.0) for end in ends]
    return [below[0], *(after - before for before, after in pairwise(below))]
