"""The first and the last values of expressions in every replica, read off the two ends of a record where that will do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...algebra.graph import Expr
from ...analysis.conflict_log.finite import keep_first, keep_last
from ...analysis.reading.sampling import at_ticks
from ...analysis.reading.study import Study, evaluate_block
from ...arrays import Floats

EDGE = 2
"""Ticks read at each end: NumPy rounds a sum over nodes differently where it is the only number of its array."""


@dataclass(frozen=True)
class Ends:
    """The value of each expression at the first and at the last recorded tick at which it is finite, (R,); NaN where it
    never is."""

    first: dict[Expr, Floats]
    last: dict[Expr, Floats]

    @classmethod
    def read(cls, study: Study, exprs: Sequence[Expr]) -> Ends:
        wanted = list(dict.fromkeys(exprs))
        if not wanted:
            return cls({}, {})
        ticks = len(study.times)
        block = at_ticks(study, np.unique(np.clip([*range(EDGE), *range(ticks - EDGE, ticks)], 0, ticks - 1)))
        found = evaluate_block(study.program, block, study.recording, wanted)
        wide = [np.broadcast_to(x, (block.ticks, study.replicas)) for x in found]
        first, last = (np.stack([x[end] for x in wide]) for end in (0, -1))
        if not (np.isfinite(first).all() and np.isfinite(last).all()):  # diverged, or not always defined
            first, last = np.full((2, *first.shape), np.nan)
            for sample in study.samples((), wanted):
                values = sample.stack(wanted)
                keep_first(first, values)
                keep_last(last, values)
        return cls(dict(zip(wanted, first, strict=True)), dict(zip(wanted, last, strict=True)))
